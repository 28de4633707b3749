"""Pages of vendors. Each module keeps its own list."""

from django.urls import URLPattern

from jalon.web.vendor import application, dashboard, forms, opening, products, recap

urlpatterns: list[URLPattern] = [
    *dashboard.urls,
    *products.urls,
    *opening.urls,
    *application.urls,
    *forms.urls,
    *recap.urls,
]

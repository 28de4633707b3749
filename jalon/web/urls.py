"""All pages. Each area keeps its own list; every view carries a mark of jalon.web.access."""

from django.urls import include, path

urlpatterns = [
    path("", include("jalon.web.public.urls")),
    path("", include("jalon.web.account.urls")),
    path("", include("jalon.web.vendor.urls")),
    path("", include("jalon.web.signing.urls")),
    path("", include("jalon.web.agency.urls")),
]

handler403 = "jalon.web.errors.forbidden"
handler404 = "jalon.web.errors.not_found"
handler500 = "jalon.web.errors.failed"

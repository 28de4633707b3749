"""Pages that anybody may read."""

from django.urls import path

from jalon.web.public import views
from jalon.web.public.simulator import views as simulator

urlpatterns = [
    path("", views.home, name="home"),
    path("parcours/<slug:code>", views.track, name="track"),
    path("demarches/<slug:code>", views.programme, name="programme"),
    path("mentions-legales", views.legal, name="legal"),
    path("cgu", views.terms, name="terms"),
    path("donnees-personnelles", views.privacy, name="privacy"),
    path("glossaire", views.glossary, name="glossary"),
    path("accessibilite", views.accessibility, name="accessibility"),
    path("aide", views.help_page, name="help"),
    *simulator.urls,
    path("registre", views.registry, name="registry"),
    path("langue", views.language, name="language"),
    path("composants", views.gallery, name="gallery"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

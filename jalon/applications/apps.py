from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "jalon.applications"
    label = "applications"
    default_auto_field = "django.db.models.BigAutoField"

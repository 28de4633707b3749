from django.apps import AppConfig


class IscConfig(AppConfig):
    name = "sandbox.isc"
    label = "isc"
    default_auto_field = "django.db.models.BigAutoField"

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "jalon.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jalon.core.discovery import import_each

        # A notice is read, and a mail sent, by processes that never call the action that wrote it.
        import_each("notices")

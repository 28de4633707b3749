from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "jalon.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate  # noqa: TID251  (migrations tell it no other way)

        from jalon.core.db.append_only import install_triggers

        post_migrate.connect(install_triggers, dispatch_uid="append-only-triggers")

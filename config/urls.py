"""The addresses of the product. Error pages are named here because Django looks for them in the root."""

from jalon.web.urls import handler403, handler404, handler500, urlpatterns

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

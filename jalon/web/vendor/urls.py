"""Pages of vendors. Each module keeps its own list."""

from django.urls import URLPattern

from jalon.web.vendor import (
    application,
    changes,
    chapter,
    chapters,
    collaborators,
    convention,
    conversation,
    dashboard,
    declaration,
    documents,
    forms,
    notifications,
    opening,
    pieces,
    prerequisites,
    products,
    recap,
    uploads,
    versions,
    withdrawal,
)

urlpatterns: list[URLPattern] = [
    *dashboard.urls,
    *products.urls,
    *opening.urls,
    *application.urls,
    *forms.urls,
    *recap.urls,
    *chapters.urls,
    *chapter.urls,
    *conversation.urls,
    *notifications.urls,
    *collaborators.urls,
    *prerequisites.urls,
    *convention.urls,
    *changes.urls,
    *versions.urls,
    *declaration.urls,
    *withdrawal.urls,
    *documents.urls,
    *pieces.urls,
    *uploads.urls,
]

"""The guard of tests/conftest.py itself: a view that writes on GET makes its test fail."""

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path


def writing(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE journal_head SET seq = 0 WHERE chain = 'nobody'")
    return HttpResponse("done")


urlpatterns = [path("writing/", writing)]


@pytest.fixture
def only_that_view(settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []


def test_a_view_that_writes_on_get_fails(db, only_that_view):
    with pytest.raises(AssertionError, match="a GET must not write"):
        Client().get("/writing/")


def test_a_view_may_write_on_post(db, only_that_view):
    assert Client().post("/writing/").content == b"done"


@pytest.mark.get_may_write("to show that a test can say so")
def test_a_test_may_say_that_its_get_writes(db, only_that_view):
    assert Client().get("/writing/").content == b"done"

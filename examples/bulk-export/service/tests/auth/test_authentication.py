import pytest

from auth import store


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer unknown"}, {"Authorization": "Basic YQ=="}]
)
def test_without_a_live_token_nobody_gets_in(web, headers):
    answer = web.get("/api/v2/datasets", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "token" in answer.json()["detail"]


def test_a_revoked_token_stops_working(web, service, anna):
    with service.database.write() as connection:
        store.revoke(connection, "anna-token")
    assert web.get("/api/v2/datasets", headers=anna).status_code == 401


@pytest.mark.parametrize("name", ["api_key", "apikey", "API_KEY"])
def test_a_key_in_the_address_is_refused_even_beside_a_good_token(web, anna, name):
    answer = web.get(f"/api/v2/datasets?{name}=anna-token", headers=anna)
    assert answer.status_code == 401
    assert answer.json()["code"] == "key_in_address"


def test_a_session_cookie_may_read_but_not_write_without_the_pages_header(web):
    web.cookies.set("records_session", "anna-token")
    assert web.get("/api/v2/datasets").status_code == 200
    path = "/api/v2/datasets/orders/summary"
    assert web.post(path).status_code == 401
    assert web.post(path, headers={"X-Requested-With": "records"}).status_code == 202

def sign_in(web, token):
    return web.post("/ui/sign-in", content=f"token={token}")


def test_a_stranger_is_sent_to_sign_in(web):
    answer = web.get("/ui/datasets")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/sign-in")


def test_signing_in_keeps_the_token_out_of_reach_of_scripts(web):
    answer = sign_in(web, "anna-token")
    assert answer.status_code == 303
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]


def test_a_wrong_token_is_refused(web):
    answer = sign_in(web, "guess")
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text


def test_a_dataset_shows_its_first_records_and_escapes_them(web):
    sign_in(web, "anna-token")
    page = web.get("/ui/datasets/orders").text
    assert "R-000000001" in page
    assert "said &#34;yes&#34;" in page
    assert "R-000000021" not in page


def test_another_customers_dataset_is_not_shown(web):
    sign_in(web, "bella-token")
    assert web.get("/ui/datasets/orders").status_code == 404
    assert "no datasets yet" in web.get("/ui/datasets").text


def test_the_styles_of_the_design_system_are_served(web):
    assert web.get("/static/ui.pages/design.css").status_code == 200

import pytest

BULK = "/api/v2/export/bulk"
WANTED = {"datasetId": "orders", "format": "csv"}


@pytest.fixture
def job_id(web, anna, enabled):
    return web.post(BULK, json=WANTED, headers=anna).json()["jobId"]


def status(web, headers, job_id):
    return web.get(f"{BULK}/{job_id}", headers=headers).json()


def test_a_new_export_is_queued_and_says_where_to_look(web, anna, enabled):
    answer = web.post(BULK, json=WANTED, headers=anna)
    body = answer.json()
    assert answer.status_code == 202
    assert set(body) == {"jobId", "status", "estimatedDuration", "_links"}
    assert body["status"] == "queued"
    place = f"{BULK}/{body['jobId']}"
    assert body["_links"] == {"status": place, "cancel": place}
    assert web.get(place, headers=anna).status_code == 200


def test_a_queued_export_has_no_file_yet(web, anna, job_id):
    assert status(web, anna, job_id) == {
        "jobId": job_id,
        "status": "queued",
        "progress": 0,
        "format": "csv",
        "recordCount": 0,
    }


def test_a_completed_export_is_downloaded_by_its_link_without_a_token(web, anna, job_id, run_jobs):
    run_jobs()
    done = status(web, anna, job_id)
    assert (done["status"], done["progress"], done["recordCount"]) == ("completed", 100, 250)
    answer = web.get(done["downloadUrl"])
    assert answer.status_code == 200
    assert answer.text == "24 columns\n"
    assert answer.headers["content-disposition"] == 'attachment; filename="orders.csv"'
    assert int(answer.headers["content-length"]) == done["fileSize"]


def test_a_link_of_one_export_does_not_open_another(web, anna, job_id, run_jobs):
    other = web.post(BULK, json=WANTED, headers=anna).json()["jobId"]
    run_jobs()
    link = status(web, anna, job_id)["downloadUrl"]
    assert web.get(link.replace(job_id, other)).status_code == 403


def test_a_link_with_a_part_missing_is_refused(web, anna, job_id, run_jobs):
    run_jobs()
    link = status(web, anna, job_id)["downloadUrl"]
    assert web.get(link.partition("&")[0]).status_code == 422


def test_cancelling_answers_204_and_twice_is_the_same(web, anna, job_id):
    assert web.delete(f"{BULK}/{job_id}", headers=anna).status_code == 204
    assert web.delete(f"{BULK}/{job_id}", headers=anna).status_code == 204
    assert status(web, anna, job_id)["status"] == "cancelled"


def test_what_has_ended_cannot_be_cancelled(web, anna, job_id, run_jobs):
    run_jobs()
    assert web.delete(f"{BULK}/{job_id}", headers=anna).status_code == 409


def test_only_who_started_an_export_cancels_it(web, adam, job_id):
    assert status(web, adam, job_id)["status"] == "queued"
    assert web.delete(f"{BULK}/{job_id}", headers=adam).status_code == 403


@pytest.mark.parametrize("method", ["get", "delete"])
def test_another_customers_export_looks_as_if_it_did_not_exist(web, bella, job_id, method):
    assert getattr(web, method)(f"{BULK}/{job_id}", headers=bella).status_code == 404


def test_another_customers_dataset_cannot_be_exported(web, bella, enabled):
    assert web.post(BULK, json=WANTED, headers=bella).status_code == 404


def test_the_sixth_at_a_time_gets_429_with_retry_after(web, anna, enabled):
    for _ in range(5):
        assert web.post(BULK, json=WANTED, headers=anna).status_code == 202
    answer = web.post(BULK, json=WANTED, headers=anna)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["code"] == "too_many_exports"


@pytest.mark.parametrize(
    ("method", "path"), [("post", BULK), ("get", f"{BULK}/x"), ("delete", f"{BULK}/x")]
)
def test_without_a_token_nothing_is_answered(web, enabled, method, path):
    assert getattr(web, method)(path).status_code == 401


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"format": "xlsx"}, "format"),
        ({"datasetId": ""}, "datasetId"),
        ({"filters": {"status": [1]}}, "filters"),
        ({"schedule": "daily"}, "schedule"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_the_place_named(
    web, anna, enabled, change, place
):
    answer = web.post(BULK, json=WANTED | change, headers=anna)
    assert answer.status_code == 422
    assert place in answer.json()["detail"]


def test_with_the_flag_off_the_routes_are_not_there_even_for_running_exports(
    web, anna, job_id, flag_server, run_jobs
):
    run_jobs()
    link = status(web, anna, job_id)["downloadUrl"]
    flag_server.on.clear()
    assert web.post(BULK, json=WANTED, headers=anna).status_code == 404
    assert web.get(f"{BULK}/{job_id}", headers=anna).status_code == 404
    assert web.get(link).status_code == 404


def test_the_health_page_names_the_exports_files(web):
    assert web.get("/healthz").json()["parts"]["export.files"] == "ok"

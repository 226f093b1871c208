def test_a_customer_sees_its_own_datasets_only(web, anna, bella):
    assert [dataset["id"] for dataset in web.get("/api/v2/datasets", headers=anna).json()] == [
        "orders"
    ]
    assert web.get("/api/v2/datasets", headers=bella).json() == []


def test_another_customers_dataset_looks_as_if_it_did_not_exist(web, bella):
    for path in ("/api/v2/datasets/orders", "/api/v2/datasets/orders/records"):
        answer = web.get(path, headers=bella)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_dataset_tells_its_columns_and_size(web, anna):
    dataset = web.get("/api/v2/datasets/orders", headers=anna).json()
    assert dataset["recordCount"] == 250
    assert len(dataset["columns"]) == 24
    assert dataset["columns"][0] == {"name": "record_key", "type": "text"}


def test_pages_of_records_follow_one_another_to_the_end(web, anna):
    keys, after = [], 0
    while after is not None:
        page = web.get(
            "/api/v2/datasets/orders/records", params={"after": after, "limit": 100}, headers=anna
        ).json()
        keys += [record["record_key"] for record in page["records"]]
        after = page["next"]
    assert keys == [f"R-{number:09}" for number in range(1, 251)]


def test_a_page_size_beyond_the_limit_is_refused_with_the_place_named(web, anna):
    answer = web.get("/api/v2/datasets/orders/records?limit=5000", headers=anna)
    assert answer.status_code == 422
    assert "query.limit" in answer.json()["detail"]

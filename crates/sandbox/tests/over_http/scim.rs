//! The practice SCIM server, as RFC 7643 and RFC 7644 have it, and where a scenario has it wrong.

use bbsetup_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Answer, basic_of, send, started, started_with};

async fn get(sandbox: &Sandbox, path: &str) -> Answer {
    let authorization = format!("Bearer {}", sandbox.env()["BBSETUP_SCIM_TOKEN"]);
    let url = format!("{}{path}", sandbox.scim_url());
    send("GET", &url, &[("authorization", &authorization)], "").await
}

fn ids(list: &Value) -> Vec<String> {
    let resources = list["Resources"].as_array().expect("a list");
    resources
        .iter()
        .map(|resource| resource["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test]
async fn people_and_groups_are_given_page_by_page() {
    let sandbox = started("ready").await;
    let all = get(&sandbox, "/Users").await;
    assert_eq!(all.header("content-type"), "application/scim+json");
    let all = all.json();
    assert_eq!(all["totalResults"], 15, "app users are no people");
    let jane = all["Resources"]
        .as_array()
        .and_then(|users| {
            users
                .iter()
                .find(|user| user["userName"] == "jane@acme.example")
        })
        .expect("Jane");
    assert_eq!(jane["active"], true);
    assert_eq!(jane["emails"][0]["value"], "jane@acme.example");

    let page = get(&sandbox, "/Users?startIndex=15&count=4").await.json();
    assert_eq!(
        (&page["startIndex"], &page["itemsPerPage"]),
        (&json!(15), &json!(1))
    );
    assert_eq!(ids(&page), ids(&all)[14..]);
    let below = get(&sandbox, "/Users?startIndex=-3&count=2").await.json();
    assert_eq!(ids(&below), ids(&all)[..2], "less than 1 is 1");
    let none = get(&sandbox, "/Users?count=-1").await.json();
    assert_eq!(
        (ids(&none), &none["totalResults"]),
        (Vec::new(), &json!(15))
    );

    let developers = get(&sandbox, "/Groups/developers").await.json();
    assert_eq!(developers["members"].as_array().map(Vec::len), Some(6));
}

#[tokio::test]
async fn one_is_found_by_name_in_any_case_and_by_group() {
    let sandbox = started("ready").await;
    for filter in [
        "userName%20eq%20%22JANE@acme.example%22",
        "username%20EQ%20%22jane@acme.example%22",
        "emails.value%20eq%20%22jane@acme.example%22",
    ] {
        let found = get(&sandbox, &format!("/Users?filter={filter}"))
            .await
            .json();
        assert_eq!(found["totalResults"], 1, "{filter}");
    }
    let filter = "groups.value%20eq%20%22developers%22";
    let found = get(&sandbox, &format!("/Users?filter={filter}"))
        .await
        .json();
    assert_eq!(found["totalResults"], 6);
    let refused = get(&sandbox, "/Users?filter=userName%20co%20%22j%22").await;
    assert_eq!(
        (refused.status, &refused.json()["scimType"]),
        (400, &json!("invalidFilter"))
    );
}

#[tokio::test]
async fn a_refusal_has_scims_own_body() {
    let sandbox = started("ready").await;
    let url = format!("{}/Users", sandbox.scim_url());
    for (method, authorization, status) in [
        ("GET", "Bearer another", 401),
        ("GET", "", 401),
        ("POST", "right", 405),
    ] {
        let right = format!("Bearer {}", sandbox.env()["BBSETUP_SCIM_TOKEN"]);
        let authorization = match authorization {
            "right" => right.as_str(),
            other => other,
        };
        let answer = send(method, &url, &[("authorization", authorization)], "{}").await;
        assert_eq!(answer.status, status);
        let body = answer.json();
        assert_eq!(
            body["schemas"],
            json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
        );
        assert_eq!(body["status"], status.to_string());
    }
    assert_eq!(get(&sandbox, "/Users/nobody").await.status, 404);
}

#[tokio::test]
async fn a_user_name_makes_it_basic() {
    let sandbox = started_with(json!({"scim": {"user": "balkanid"}})).await;
    let env = sandbox.env();
    assert_eq!(env["BBSETUP_SCIM_USER"], "balkanid");
    assert_eq!(get(&sandbox, "/Users").await.status, 401);
    let basic = basic_of("balkanid", &env["BBSETUP_SCIM_TOKEN"]);
    let url = format!("{}/Users", sandbox.scim_url());
    let answer = send("GET", &url, &[("authorization", &basic)], "").await;
    assert_eq!(answer.status, 200);
}

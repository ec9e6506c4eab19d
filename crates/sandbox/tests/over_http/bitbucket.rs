//! Credentials, scopes, roles, and how refusals read.

use bbsetup_sandbox::Mending;
use serde_json::json;

use crate::client::{basic, basic_of, bearer, get, send, started, started_with};

const MECHANISM: &str = "This API is not accessible by this authentication mechanism";
const SCOPES: &str = "Your credentials lack one or more required privilege scopes.";
const ROLE: &str = "Access denied. You must have write or admin access.";
const UNAUTHORISED: &str = "Token is invalid, expired, or not supported for this endpoint.";

#[tokio::test]
async fn the_account_of_an_api_token_is_told_who_it_is() {
    let sandbox = started("ready").await;
    let answer = get(&sandbox, &basic(&sandbox), "/2.0/user").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["type"], "user");
    assert_eq!(answer.header("x-credential-type"), "api_token");
    assert!(
        answer
            .header("x-oauth-scopes")
            .contains("read:user:bitbucket")
    );
    assert_eq!(
        answer.header("x-accepted-oauth-scopes"),
        "account",
        "wanted scopes have short names even for API tokens"
    );
    let body = answer.text();
    assert!(
        !body.contains("@acme.example"),
        "no e-mail is shown: {body}"
    );
}

#[tokio::test]
async fn an_access_token_is_nobody_and_its_refusal_tells_what_it_is() {
    let sandbox = started("ready").await;
    for path in [
        "/2.0/user",
        "/2.0/user/workspaces",
        "/2.0/user/workspaces/acme/permission",
        "/1.0/groups/acme",
    ] {
        let answer = get(&sandbox, &bearer(&sandbox), path).await;
        assert_eq!(
            (answer.status, answer.message().as_str()),
            (403, MECHANISM),
            "{path}"
        );
        assert_eq!(answer.header("x-credential-type"), "workspace_access_token");
        assert_eq!(
            answer.header("x-oauth-scopes"),
            "account, project, project:admin, repository, repository:admin"
        );
    }
}

#[tokio::test]
async fn what_is_sent_in_the_wrong_way_looks_like_what_is_wrong() {
    let sandbox = started("ready").await;
    let env = sandbox.env();
    let (token, api_token) = (&env["BBSETUP_WORKSPACE_TOKEN"], &env["BBSETUP_API_TOKEN"]);
    for authorization in [
        format!("Bearer {api_token}"),
        basic_of("balkanid@acme.example", token),
        basic_of("x-token-auth", token),
        basic_of("balkanid", api_token),
        basic_of("", api_token),
        "Bearer nonsense".to_owned(),
        "Basic %%%".to_owned(),
        String::new(),
    ] {
        let answer = get(&sandbox, &authorization, "/2.0/workspaces/acme").await;
        assert_eq!(
            (answer.status, answer.message().as_str()),
            (401, UNAUTHORISED),
            "{authorization}"
        );
        assert_eq!(answer.header("x-credential-type"), "");
    }
}

#[tokio::test]
async fn expired_and_unscoped_tokens_are_refused_in_the_same_words() {
    let expired = started("expired-workspace-token").await;
    let answer = get(&expired, &bearer(&expired), "/2.0/workspaces/acme").await;
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (401, UNAUTHORISED)
    );

    let unscoped = started("unscoped-api-token").await;
    let answer = get(&unscoped, &basic(&unscoped), "/2.0/user").await;
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (401, UNAUTHORISED)
    );
}

#[tokio::test]
async fn an_app_password_is_refused_without_a_body() {
    let sandbox = started("app-password").await;
    let known = basic(&sandbox);
    let unknown = basic_of("someone", "ATBBsomeAppPasswordFromBefore0000000");
    for authorization in [known, unknown] {
        let answer = get(&sandbox, &authorization, "/2.0/user").await;
        assert_eq!((answer.status, answer.body.len()), (401, 0));
        assert_eq!(
            answer.header("www-authenticate"),
            "Basic realm=\"Bitbucket.org HTTP\""
        );
    }
}

#[tokio::test]
async fn a_missing_scope_is_told_in_the_credentials_own_names() {
    let sandbox = started("ready").await;
    sandbox
        .set_scopes("workspace_token", &["repository", "project:admin"])
        .expect("a credential");
    let answer = get(&sandbox, &bearer(&sandbox), "/2.0/workspaces/acme/members").await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.json(),
        json!({"type": "error", "error": {"message": SCOPES,
            "detail": {"required": ["account"], "granted": ["repository", "project:admin"]}}})
    );
    assert_eq!(answer.header("x-accepted-oauth-scopes"), "account");

    sandbox
        .set_scopes("account", &["admin:project:bitbucket"])
        .expect("a credential");
    let answer = get(&sandbox, &basic(&sandbox), "/2.0/workspaces/acme/projects").await;
    assert_eq!(
        answer.json()["error"]["detail"],
        json!({"required": ["read:project:bitbucket"], "granted": ["admin:project:bitbucket"]})
    );
}

#[tokio::test]
async fn each_place_asks_for_the_scope_that_the_description_names() {
    let sandbox = started("ready").await;
    let cases = [
        (
            "/2.0/workspaces/acme/members",
            "account",
            "read:workspace:bitbucket",
        ),
        (
            "/2.0/workspaces/acme/permissions",
            "account",
            "read:workspace:bitbucket",
        ),
        (
            "/2.0/workspaces/acme/permissions/repositories",
            "account",
            "read:repository:bitbucket",
        ),
        (
            "/2.0/workspaces/acme/permissions/repositories/ledger",
            "repository",
            "read:repository:bitbucket",
        ),
        (
            "/2.0/workspaces/acme/projects",
            "project",
            "read:project:bitbucket",
        ),
        (
            "/2.0/workspaces/acme/projects/PAY/permissions-config/users",
            "project:admin",
            "read:project:bitbucket",
        ),
        (
            "/2.0/workspaces/acme/projects/PAY/permissions-config/groups",
            "project:admin",
            "read:project:bitbucket",
        ),
        (
            "/2.0/repositories/acme",
            "repository",
            "read:repository:bitbucket",
        ),
        (
            "/2.0/repositories/acme/ledger/permissions-config/users",
            "repository:admin",
            "read:repository:bitbucket",
        ),
        (
            "/2.0/repositories/acme/ledger/permissions-config/groups",
            "repository:admin",
            "read:repository:bitbucket",
        ),
    ];
    for (path, classic, long) in cases {
        sandbox
            .set_scopes("workspace_token", &[classic])
            .expect("a credential");
        sandbox
            .set_scopes("account", &[long])
            .expect("a credential");
        for authorization in [bearer(&sandbox), basic(&sandbox)] {
            let answer = get(&sandbox, &authorization, path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        }
        sandbox
            .set_scopes("workspace_token", &["webhook"])
            .expect("a credential");
        sandbox
            .set_scopes("account", &["read:webhook:bitbucket"])
            .expect("a credential");
        for (authorization, required) in [(bearer(&sandbox), classic), (basic(&sandbox), long)] {
            let answer = get(&sandbox, &authorization, path).await;
            assert_eq!(answer.status, 403, "{path}");
            assert_eq!(
                answer.json()["error"]["detail"]["required"],
                json!([required]),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn the_workspace_itself_asks_nothing_of_an_access_token() {
    let sandbox = started("ready").await;
    sandbox
        .set_scopes("workspace_token", &[])
        .expect("a credential");
    let answer = get(&sandbox, &bearer(&sandbox), "/2.0/workspaces/acme").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["slug"], "acme");
}

#[tokio::test]
async fn project_brings_repository_and_admin_brings_nothing() {
    let sandbox = started("ready").await;
    sandbox
        .set_scopes("workspace_token", &["project"])
        .expect("a credential");
    let repositories = get(&sandbox, &bearer(&sandbox), "/2.0/repositories/acme").await;
    assert_eq!(repositories.status, 200);
    sandbox
        .set_scopes("workspace_token", &["repository:admin", "project:admin"])
        .expect("a credential");
    let repositories = get(&sandbox, &bearer(&sandbox), "/2.0/repositories/acme").await;
    assert_eq!(repositories.status, 403);
}

#[tokio::test]
async fn a_workspace_is_found_by_slug_or_uuid_and_by_its_own_alone() {
    let sandbox = started("ready").await;
    let workspace = get(&sandbox, &bearer(&sandbox), "/2.0/workspaces/acme")
        .await
        .json();
    let uuid = workspace["uuid"].as_str().expect("a UUID");
    let encoded = uuid.replace('{', "%7B").replace('}', "%7D");
    let by_uuid = get(
        &sandbox,
        &bearer(&sandbox),
        &format!("/2.0/workspaces/{encoded}"),
    )
    .await;
    assert_eq!(by_uuid.json(), workspace);

    for foreign in ["umbrella", "foo"] {
        let answer = get(
            &sandbox,
            &bearer(&sandbox),
            &format!("/2.0/workspaces/{foreign}"),
        )
        .await;
        assert_eq!(answer.status, 404);
        assert_eq!(
            answer.message(),
            format!("No workspace with identifier '{foreign}'."),
            "one that exists and is not ours looks the same"
        );
    }
}

#[tokio::test]
async fn removed_endpoints_say_so() {
    let sandbox = started("ready").await;
    for path in [
        "/2.0/workspaces",
        "/2.0/repositories",
        "/2.0/user/permissions/workspaces",
        "/2.0/user/permissions/repositories",
    ] {
        let answer = get(&sandbox, &basic(&sandbox), path).await;
        assert_eq!(answer.status, 410, "{path}");
        assert_eq!(
            answer.message(),
            "CHANGE-2770 - Functionality has been deprecated"
        );
    }
}

#[tokio::test]
async fn what_is_nowhere_and_what_writes_is_refused() {
    let sandbox = started("ready").await;
    assert_eq!(
        get(&sandbox, &basic(&sandbox), "/2.0/nowhere").await.status,
        404
    );
    assert_eq!(
        get(
            &sandbox,
            &basic(&sandbox),
            "/2.0/repositories/acme/none/permissions-config/users"
        )
        .await
        .status,
        404
    );
    assert_eq!(
        get(
            &sandbox,
            &basic(&sandbox),
            "/2.0/workspaces/acme/projects/NONE/permissions-config/users"
        )
        .await
        .status,
        404
    );
    let url = format!("{}/2.0/user", sandbox.bitbucket_url());
    let delete = send("DELETE", &url, &[("authorization", &basic(&sandbox))], "").await;
    assert_eq!(delete.status, 405);
}

#[tokio::test]
async fn a_role_is_another_thing_than_a_scope() {
    let sandbox = started("not-administrator").await;
    let account = basic(&sandbox);
    for path in [
        "/1.0/groups/acme",
        "/2.0/workspaces/acme/projects/PAY/permissions-config/users",
        "/2.0/repositories/acme/ledger/permissions-config/groups",
        "/2.0/workspaces/acme/permissions/repositories",
    ] {
        let answer = get(&sandbox, &account, path).await;
        assert_eq!(
            (answer.status, answer.message().as_str()),
            (403, ROLE),
            "{path}"
        );
    }
    let listed = get(&sandbox, &account, "/2.0/user/workspaces").await.json();
    assert_eq!(listed["values"][0]["administrator"], false);

    let roles = [("acme".to_owned(), Some("owner".to_owned()))].into();
    sandbox
        .mend(
            "account",
            Mending {
                roles,
                ..Mending::default()
            },
        )
        .expect("a credential");
    assert_eq!(
        get(&sandbox, &account, "/1.0/groups/acme").await.status,
        200
    );
    let listed = get(&sandbox, &account, "/2.0/user/workspaces").await.json();
    assert_eq!(listed["values"][0]["administrator"], true);
}

#[tokio::test]
async fn an_account_without_grants_sees_empty_lists_and_no_refusal() {
    let sandbox = started("nothing-visible").await;
    for path in ["/2.0/repositories/acme", "/2.0/workspaces/acme/projects"] {
        let answer = get(&sandbox, &basic(&sandbox), path).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["values"], json!([]), "{path}");
    }
}

#[tokio::test]
async fn one_who_is_no_member_finds_no_workspace() {
    let sandbox = started("not-a-member").await;
    let answer = get(&sandbox, &basic(&sandbox), "/2.0/workspaces/acme").await;
    assert_eq!(answer.status, 404);
    let listed = get(&sandbox, &basic(&sandbox), "/2.0/user/workspaces")
        .await
        .json();
    assert_eq!(listed["values"], json!([]));
}

#[tokio::test]
async fn a_projects_token_has_no_account_and_reaches_its_project_alone() {
    let sandbox = started("project-token-in-workspace-slot").await;
    let token = bearer(&sandbox);
    let members = get(&sandbox, &token, "/2.0/workspaces/acme/members").await;
    assert_eq!(members.status, 403);
    assert_eq!(members.header("x-credential-type"), "project_access_token");
    let seen = get(&sandbox, &token, "/2.0/repositories/acme?pagelen=100")
        .await
        .json();
    let projects: Vec<_> = seen["values"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|held| &held["project"]["key"])
        .collect();
    assert!(
        !projects.is_empty() && projects.iter().all(|key| **key == "PAY"),
        "{projects:?}"
    );
    let own = get(
        &sandbox,
        &token,
        "/2.0/repositories/acme/ledger/permissions-config/users",
    )
    .await;
    assert_eq!(own.status, 200);
    let foreign = get(
        &sandbox,
        &token,
        "/2.0/repositories/acme/storefront/permissions-config/users",
    )
    .await;
    assert_eq!((foreign.status, foreign.message().as_str()), (403, ROLE));
}

#[tokio::test]
async fn permission_reads_of_access_tokens_are_the_scenarios_affair() {
    let path = "/2.0/workspaces/acme/projects/PAY/permissions-config/users";
    let refusing = started("permission-mechanism-refused").await;
    let answer = get(&refusing, &bearer(&refusing), path).await;
    assert_eq!((answer.status, answer.message().as_str()), (403, MECHANISM));
    assert_eq!(get(&refusing, &basic(&refusing), path).await.status, 200);

    let allowing = started_with(json!({"bitbucket": {"access_tokens_read_groups": true}})).await;
    assert_eq!(get(&allowing, &bearer(&allowing), path).await.status, 200);
    assert_eq!(
        get(&allowing, &bearer(&allowing), "/1.0/groups/acme")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_groups_scope_is_the_scenarios_affair() {
    let sandbox = started("groups-want-admin-scope").await;
    let answer = get(&sandbox, &basic(&sandbox), "/1.0/groups/acme").await;
    assert_eq!(
        answer.json()["error"]["detail"]["required"],
        json!(["admin:workspace:bitbucket"])
    );
}

#[tokio::test]
async fn headers_can_be_left_off() {
    let sandbox = started("no-headers").await;
    let answer = get(&sandbox, &basic(&sandbox), "/2.0/user").await;
    assert_eq!(answer.status, 200);
    for name in [
        "x-credential-type",
        "x-oauth-scopes",
        "x-accepted-oauth-scopes",
    ] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn each_credential_has_its_own_rate_limit() {
    let sandbox = started_with(json!({"bitbucket": {"rate_limit":
        {"after_requests": 1, "retry_after": 7, "refusals": 1}}}))
    .await;
    let path = "/2.0/workspaces/acme";
    assert_eq!(get(&sandbox, &bearer(&sandbox), path).await.status, 200);
    let refused = get(&sandbox, &bearer(&sandbox), path).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "7"));
    assert_eq!(
        refused.message(),
        "Rate limit for this resource has been exceeded"
    );
    assert_eq!(get(&sandbox, &basic(&sandbox), path).await.status, 200);
    assert_eq!(get(&sandbox, &bearer(&sandbox), path).await.status, 200);
}

#[tokio::test]
async fn a_rate_limit_may_be_plain_text_without_a_time() {
    let sandbox = started_with(json!({"bitbucket": {"rate_limit":
        {"after_requests": 0, "refusals": 9, "plain_text": true}}}))
    .await;
    let refused = get(&sandbox, &basic(&sandbox), "/2.0/user").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, ""));
    assert_eq!(
        refused.text(),
        "Rate limit for this resource has been exceeded"
    );
}

#[tokio::test]
async fn access_tokens_alone_are_told_of_the_scaled_limit() {
    let sandbox = started("ready").await;
    let token = get(&sandbox, &bearer(&sandbox), "/2.0/repositories/acme").await;
    assert_eq!(token.header("x-ratelimit-limit"), "1000");
    assert_eq!(token.header("x-ratelimit-nearlimit"), "false");
    let account = get(&sandbox, &basic(&sandbox), "/2.0/repositories/acme").await;
    assert_eq!(account.header("x-ratelimit-limit"), "");
}

#[tokio::test]
async fn a_data_center_server_answers_as_one() {
    let sandbox = started("data-center").await;
    let properties = format!(
        "{}/rest/api/latest/application-properties",
        sandbox.bitbucket_url()
    );
    let open = send("GET", &properties, &[], "").await;
    assert_eq!(
        (open.status, open.json()["displayName"].as_str()),
        (200, Some("Bitbucket"))
    );
    let with_credential = send(
        "GET",
        &properties,
        &[("authorization", &basic(&sandbox))],
        "",
    )
    .await;
    assert_eq!(with_credential.status, 401);
    let cloud = get(&sandbox, &basic(&sandbox), "/2.0/user").await;
    assert_eq!(cloud.status, 401);
    assert_eq!(
        cloud.json()["errors"][0]["exceptionName"],
        "com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException"
    );
    let nothing_of_cloud = send(
        "GET",
        &format!("{}/2.0/user", sandbox.bitbucket_url()),
        &[],
        "",
    )
    .await;
    assert_eq!(nothing_of_cloud.status, 404);
}

#[tokio::test]
async fn network_policies_are_refusals_that_speak_of_them() {
    for (scenario, words) in [
        ("ip-allow-list", "IP address"),
        ("two-step-required", "two-step verification"),
    ] {
        let sandbox = started(scenario).await;
        for path in ["/2.0/workspaces/acme", "/1.0/groups/acme"] {
            let answer = get(&sandbox, &basic(&sandbox), path).await;
            assert_eq!(answer.status, 403);
            assert!(answer.message().contains(words), "{scenario}");
        }
    }
}

#[tokio::test]
async fn a_repositorys_token_reaches_its_repository_alone() {
    let sandbox = started("repository-token-in-workspace-slot").await;
    let token = bearer(&sandbox);
    let seen = get(&sandbox, &token, "/2.0/repositories/acme").await;
    assert_eq!(seen.header("x-credential-type"), "repo_access_token");
    assert_eq!(seen.json()["size"], 1);
    assert_eq!(seen.json()["values"][0]["slug"], "ledger");
    let own = "/2.0/repositories/acme/ledger/permissions-config/groups";
    assert_eq!(get(&sandbox, &token, own).await.status, 200);
    let foreign = "/2.0/repositories/acme/checkout/permissions-config/groups";
    assert_eq!(get(&sandbox, &token, foreign).await.message(), ROLE);
}

#[tokio::test]
async fn oauth_acts_for_an_account_with_short_scopes() {
    let sandbox = started_with(json!({"credentials": {"oauth": {"kind": "oauth2",
        "secret": "practice-oauth-access-token-that-opens-nothing-elsewhere-00000001",
        "account": "zoe", "scopes": ["account", "project:admin"]}}}))
    .await;
    let token = "Bearer practice-oauth-access-token-that-opens-nothing-elsewhere-00000001";
    let user = get(&sandbox, token, "/2.0/user").await;
    assert_eq!(
        (user.status, user.header("x-credential-type")),
        (200, "oauth2")
    );
    assert_eq!(user.json()["display_name"], "Zoë O'Neill");
    let grants = "/2.0/workspaces/acme/projects/PAY/permissions-config/users";
    assert_eq!(
        get(&sandbox, token, grants).await.message(),
        ROLE,
        "the scope is there, the role is not"
    );
    let projects = get(&sandbox, token, "/2.0/workspaces/acme/projects").await;
    assert_eq!(
        projects.json()["error"]["detail"]["required"],
        json!(["project"])
    );
}

//! People sign in with OpenID Connect, and a session is worth no more than it should be.

use crate::issuer::{Fault, Issuer, SECRET};
use crate::support::{Answer, Served, ask, ruleset};
use cutover_server::Oidc;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

async fn served(issuer: &Issuer, public_url: &str) -> Served {
    let role = |text: &str| Oidc::role(text).unwrap();
    let oidc = Oidc {
        issuer: issuer.url(),
        client_id: "cutover".to_owned(),
        client_secret: Some(SECRET.to_owned()),
        public_url: public_url.to_owned(),
        claim: "groups".to_owned(),
        roles: vec![role("admins=admin"), role("shop=operator@dev"), role("shop=viewer")],
    };
    let served = Served::with(tempfile::tempdir().unwrap(), |options| options.oidc = Some(oidc)).await;
    assert_eq!(served.publish("dev", &ruleset("5%")).await.status, 200);
    served
}

fn ada() -> Value {
    json!({ "sub": "42", "email": "ada@example.com", "email_verified": true, "groups": ["shop", "others"] })
}

/// What a browser keeps of an answer: names, values and all that is said of the cookies.
fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

fn pair(cookie: &str) -> &str {
    cookie.split(';').next().unwrap()
}

async fn get(served: &Served, path: &str, cookie: &str) -> Answer {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url =
        if path.starts_with("http") { path.to_owned() } else { format!("http://{}{path}", served.address) };
    let answer = client.get(url).header("Cookie", cookie).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, text: answer.text().await.unwrap() }
}

/// Goes to the issuer and back: the cookie of the beginning, and where the issuer leads.
async fn begin(served: &Served) -> (String, String) {
    let login = get(served, "/auth/login?to=/env/dev", "").await;
    assert_eq!(login.status, 303, "{}", login.text);
    let begun = cookies(&login).remove(0);
    assert!(
        begun.contains("HttpOnly") && begun.contains("SameSite=Lax") && begun.contains("Path=/auth"),
        "{begun}"
    );
    let issued = get(served, login.header("location"), "").await;
    let back = issued.header("location");
    (pair(&begun).to_owned(), back[back.find("/auth/callback").unwrap()..].to_owned())
}

async fn sign_in(served: &Served) -> Answer {
    let (begun, back) = begin(served).await;
    get(served, &back, &begun).await
}

/// The cookie of a session that begins well.
async fn session(served: &Served) -> String {
    let answer = sign_in(served).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/env/dev"), "{}", answer.text);
    let cookie = cookies(&answer).into_iter().find(|cookie| cookie.contains("session")).unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    pair(&cookie).to_owned()
}

#[tokio::test]
async fn somebody_signs_in_does_what_their_groups_may_and_signs_out() {
    let issuer = Issuer::start().await;
    issuer.says(ada(), Fault::None);
    let served = served(&issuer, "http://cutover.example").await;
    assert_eq!(get(&served, "/auth", "").await.json(), json!({ "oidc": true }));
    let cookie = session(&served).await;
    let me = get(&served, "/v1/me", &cookie).await.json();
    assert_eq!(
        (&me["name"], &me["role"], &me["env"]),
        (&json!("ada@example.com"), &json!("operator"), &json!("dev"))
    );
    assert_eq!(me["more"], json!([{ "role": "viewer", "env": null }]));
    assert_eq!(get(&served, "/v1/environments", &cookie).await.json().as_array().unwrap().len(), 2);
    let token = me["csrf"].as_str().unwrap().to_owned();
    let put = async |env: &str, more: &[(&str, &str)]| {
        let headers: Vec<(&str, &str)> = [("Cookie", cookie.as_str()), ("If-Match", "*")]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        let path = format!("/v1/environments/{env}/file");
        ask(served.address, "", "PUT", &path, &headers, ruleset("6%")).await
    };
    // A page of another site has the cookie sent at the most, and not the token.
    put("dev", &[]).await.problem(403, "csrf");
    put("dev", &[("Cutover-CSRF", "0123")]).await.problem(403, "csrf");
    put("dev", &[("Cutover-CSRF", &token), ("Sec-Fetch-Site", "same-site")]).await.problem(403, "forbidden");
    put("production", &[("Cutover-CSRF", &token)]).await.problem(403, "forbidden");
    assert_eq!(
        put("dev", &[("Cutover-CSRF", &token), ("Sec-Fetch-Site", "same-origin")]).await.json()["version"],
        2
    );
    let audit = served.ask("GET", "/v1/audit", "").await.json();
    let last = audit.as_array().unwrap().last().unwrap();
    assert_eq!((&last["action"], &last["actor"]), (&json!("publish"), &json!("ada@example.com")));
    let entered = audit.as_array().unwrap().iter().find(|entry| entry["action"] == "sign_in").unwrap();
    assert_eq!(entered["target"], "oidc:42");
    // It is no key, and a cookie that is nearly right is none.
    let value = cookie.split_once('=').unwrap().1;
    served.ask_as(value, "GET", "/v1/me", "").await.problem(401, "unauthorized");
    get(&served, "/v1/me", &format!("{cookie}0")).await.problem(401, "unauthorized");
    // What the session listens to ends when it does.
    let mut stream = tokio::net::TcpStream::connect(served.address).await.unwrap();
    let listen = format!(
        "GET /v1/rulesets/dev/events HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(listen.as_bytes()).await.unwrap();
    let headers = [("Cookie", cookie.as_str()), ("Cutover-CSRF", token.as_str())];
    let out = ask(served.address, "", "POST", "/auth/logout", &headers, "").await;
    assert_eq!(out.status, 204, "{}", out.text);
    assert!(cookies(&out)[0].contains("Max-Age=0"));
    get(&served, "/v1/me", &cookie).await.problem(401, "unauthorized");
    let mut heard = String::new();
    let end = stream.read_to_string(&mut heard);
    tokio::time::timeout(std::time::Duration::from_secs(10), end).await.unwrap().unwrap();
    assert!(heard.contains("event: bye"), "{heard}");
}

#[tokio::test]
async fn what_the_issuer_did_not_say_signs_nobody_in() {
    let issuer = Issuer::start().await;
    let served = served(&issuer, "http://cutover.example").await;
    for fault in [
        Fault::Nonce,
        Fault::Audience,
        Fault::Issuer,
        Fault::Expired,
        Fault::Signature,
        Fault::Changed,
        Fault::Unsigned,
        Fault::Shared,
    ] {
        issuer.says(ada(), fault);
        let given = issuer.tokens();
        let answer = sign_in(&served).await;
        assert_eq!((answer.status, issuer.tokens()), (403, given + 1), "{fault:?}: {}", answer.text);
        assert!(cookies(&answer).is_empty(), "{fault:?}");
        answer.problem(403, "sign-in");
    }
    issuer.says(ada(), Fault::None);
    let given = issuer.tokens();
    let (begun, back) = begin(&served).await;
    let (other, _) = begin(&served).await;
    // Without the browser that began, with that of somebody else, and with a beginning that was changed.
    for cookie in ["", other.as_str(), &begun.replace('.', "A."), &format!("{begun}0")] {
        get(&served, &back, cookie).await.problem(403, "sign-in");
    }
    get(&served, "/auth/callback?error=access_denied", &begun).await.problem(403, "sign-in");
    assert_eq!(issuer.tokens(), given, "no token was asked for");
    assert_eq!(get(&served, &back, &begun).await.status, 303);
    // A code is good once.
    get(&served, &back, &begun).await.problem(403, "sign-in");
    for nobody in [json!({ "sub": "43" }), json!({ "sub": "43", "groups": ["others"] })] {
        issuer.says(nobody, Fault::None);
        let answer = sign_in(&served).await;
        assert!(
            answer.problem(403, "sign-in")["detail"].as_str().unwrap().contains("no group"),
            "{}",
            answer.text
        );
    }
    // An address that nobody verified is nobody's name.
    issuer.says(json!({ "sub": "44", "email": "bob@example.com", "groups": "admins" }), Fault::None);
    let me = get(&served, "/v1/me", &session(&served).await).await.json();
    assert_eq!((&me["name"], &me["role"]), (&json!("44"), &json!("admin")));
}

#[tokio::test]
async fn the_keys_of_the_issuer_change_and_sessions_outlive_the_server() {
    let issuer = Issuer::start().await;
    issuer.says(ada(), Fault::None);
    let served = served(&issuer, "http://cutover.example").await;
    session(&served).await;
    issuer.changes_its_key();
    let cookie = session(&served).await;
    let data = served.end().await;
    let served = Served::with(data, |_| ()).await;
    assert_eq!(get(&served, "/v1/me", &cookie).await.json()["name"], "ada@example.com");
    // Where nobody signs in, nobody is led anywhere.
    assert_eq!(get(&served, "/auth", "").await.json(), json!({ "oidc": false }));
    get(&served, "/auth/login", "").await.problem(404, "not-found");
}

#[tokio::test]
async fn by_tls_the_cookie_goes_by_tls_alone() {
    let issuer = Issuer::start().await;
    issuer.says(ada(), Fault::None);
    let served = served(&issuer, "https://cutover.example").await;
    let answer = sign_in(&served).await;
    let cookie = cookies(&answer).into_iter().find(|cookie| cookie.contains("session")).unwrap();
    assert!(cookie.starts_with("__Host-cutover_session=") && cookie.contains("Secure"), "{cookie}");
    assert!(cookie.contains("Path=/;") && !cookie.contains("Domain"), "{cookie}");
    assert_eq!(get(&served, "/v1/me", pair(&cookie)).await.status, 200);
    // The name that any page of the domain can set is not taken.
    let plain = pair(&cookie).replace("__Host-", "");
    get(&served, "/v1/me", &plain).await.problem(401, "unauthorized");
}

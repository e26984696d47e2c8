<?php
// A site that keeps its users by the server API, as WS.WebTV's developers' pages say: it signs each call as the sample
// does, sends the action's variables as a multipart POST, and reads the JSON that comes back.

function call_api(string $section, string $action, $iq = "", array $post = array()): array
{
    $salt = md5(mt_rand());
    $timestamp = time();
    $signature = base64_encode(hash_hmac('sha256', $salt.$timestamp, getenv("API_SHARED_SECRET"), true));
    $query = array(
        "go" => $section, "do" => $action, "iq" => $iq,
        "timestamp" => $timestamp, "salt" => $salt, "key" => getenv("API_KEY_ID"), "signature" => $signature,
    );
    $ch = curl_init(getenv("API_URL")."?".http_build_query($query));
    curl_setopt($ch, CURLOPT_POST, true);
    curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);
    curl_setopt($ch, CURLOPT_POSTFIELDS, $post);
    curl_setopt($ch, CURLOPT_SSL_VERIFYHOST, false);
    curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false);
    $response = curl_exec($ch);
    if (curl_getinfo($ch, CURLINFO_HTTP_CODE) !== 200) {
        fail("HTTP status", curl_error($ch));
    }
    return json_decode($response, true, 512, JSON_THROW_ON_ERROR);
}

function fail(string $what, $got): void
{
    fwrite(STDERR, "$what: ".json_encode($got, JSON_UNESCAPED_UNICODE)."\n");
    exit(1);
}

function expect(string $what, $wanted, $got): void
{
    if ($wanted !== $got) {
        fail($what, $got);
    }
}

$login = "php".mt_rand();
$made = call_api("users", "create", "", array(
    "login" => $login, "password" => "long enough & more", "email" => "$login@site.example",
    "name" => "Пётр", "surname" => "Вебер", "alias" => "PHP + 100%", "company" => "A=B&C",
));
$id = $made["id"] ?? fail("create", $made);
expect("look-up", array("id" => $id), call_api("users", "get_id_from_email", "$login@site.example"));
expect("look-up by login", array("id" => $id), call_api("users", "get_id_from_login", $login));

$user = call_api("users", "get", $id)["data"];
expect("name", "Пётр", $user["name"]);
expect("alias", "PHP + 100%", $user["alias"]);
expect("company", "A=B&C", $user["company"]);
expect("status", "1", $user["status"]);

$wrong = call_api("users", "log_in", "", array("login" => $login, "password" => "wrong"));
expect("wrong password", "LOGIN_ERROR", $wrong["error"]);
$session = call_api("users", "log_in", "", array(
    "login" => $login, "password" => "long enough & more", "ip" => "192.0.2.1",
));
expect("log in", $id, $session["id"]);
$kept = call_api("users", "revalidate_session", $id, array("session_id" => $session["session_id"], "ip" => "192.0.2.1"));
expect("revalidate", "User session was revalidated successfully", $kept["ok"]);
expect("session", $session["session_id"], call_api("users", "get", $id)["data"]["session_id"]);

$group = call_api("users", "create_user_group", "Группа $login")["id"];
expect("group", true, is_int($group));
call_api("users", "modify", $id, array("user_groups" => "$group", "surname" => "Новак"));
$user = call_api("users", "get", $id)["data"];
expect("surname", "Новак", $user["surname"]);
expect("groups", array(array("id" => "$group", "title" => "Группа $login")), $user["user_groups"]);

$list = call_api("users", "list", "", array(
    "fields" => "id,login", "search" => $login, "statusFilter" => "11", "resultsPerPageFilter" => 5000,
));
expect("list", array("list_total_found" => 1, "list_total" => 1, "list" => array(array("id" => $id, "login" => $login))), $list);

expect("deactivate", "User was deactivated successfully", call_api("users", "deactivate", $id)["ok"]);
$closed = call_api("users", "log_in", "", array("login" => $login, "password" => "long enough & more"));
expect("closed", "User is not active", $closed["error_long"]);
expect("activate", "User was activated successfully", call_api("users", "activate", $id)["ok"]);
expect("delete", "User was deleted successfully", call_api("users", "delete", $id)["ok"]);
expect("gone", array("error" => "REQUEST_ERROR", "error_long" => "User not found"), call_api("users", "get", $id));
echo "all is well\n";

<?php
// The sample of WS.WebTV's developers' page users.get (support.php?s=ws_webtv_api_docs&d=users_get), as it stands
// there; only the address, the key and the secret are given from outside.
// Against a local certificate authority its own lines switch the check of the certificate off, as the page says.

// The GET vars
$GET_VARS = array(
    "go" => "users",
    "do" => "get",
    "iq" => 1
);

// The POST vars
$POST_VARS = array();

// Collect the API Base URL and Credential info
$API_URL = getenv("API_URL");
$API_KEY_ID = getenv("API_KEY_ID");
$API_SHARED_SECRET = getenv("API_SHARED_SECRET"); // keep this safe!!!

// Generating salt and timestamp
$salt = md5(mt_rand());
$timestamp = time();
$signature = base64_encode(hash_hmac('sha256', $salt.$timestamp, $API_SHARED_SECRET, true));

// Generating the validation signature
// - Default method: using base64_encode(hash_hmac(...))
$signature = base64_encode(hash_hmac('sha256', $salt.$timestamp, $API_SHARED_SECRET, true)); // comment this line if using the next method
// - Simplified method - available since v60: using md5().
// This method requires the variable $API_SIGNATURE_GENERATION_MODE = 1; in the config/Config.inc.php file.
// $signature = md5($salt."-".$timestamp."-".$API_SHARED_SECRET); // you must "uncomment" this line when using the simplified method

// Append the timestamp, salt, key and signature to the GET vars
$GET_VARS["timestamp"] = $timestamp; // UTC timestamp
$GET_VARS["salt"] = $salt;
$GET_VARS["key"] = $API_KEY_ID; // The API Key ID: This is public and is used by the API to identify the application;
$GET_VARS["signature"] = $signature;

// Create the request URL. Please note that if you do not use PHP buit in function
// to create the HTTP query then don't forget to URL encode the values
$REQUEST_URL = $API_URL."?".http_build_query($GET_VARS); // The previous will build an URL like .../api.php?go=api_subject&do=api_action&etc...

// Create a new cURL resource and set the appropriate options
$ch = curl_init();
curl_setopt($ch, CURLOPT_URL, $REQUEST_URL);
curl_setopt($ch, CURLOPT_POST, true);
curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);
curl_setopt($ch, CURLOPT_HEADER, false);
curl_setopt($ch, CURLOPT_POSTFIELDS, $POST_VARS);
// If your PHP host does not have a valid SSL certificate, you will need to turn off SSL
// Certificate Verification. This is dangerous (!), and should only be done temporarily
// until a valid certificate has been installed
curl_setopt($ch, CURLOPT_SSL_VERIFYHOST, false); // Turns off verification of the SSL certificate.
curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false); // Turns off verification of the SSL certificate.

// Sending the request to the API
$response = curl_exec($ch);

// Processing the response
if (!$response) {
    echo 'API call failed';
} else {
    print_r(json_decode($response, true));
}

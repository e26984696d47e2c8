// Clients for Node.js, unmodified, log a person in: simple-oauth2, passport-vkontakte, passport-vk-id, openid-client, Auth.js, next-auth.
import assert from "node:assert/strict";

import { Auth } from "@auth/core";
import VK from "@auth/core/providers/vk";
import NextAuth from "next-auth";
import NextAuthVk from "next-auth/providers/vk";
import * as openid from "openid-client";
import passportVkId from "passport-vk-id";
import passportVkontakte from "passport-vkontakte";
import { AuthorizationCode } from "simple-oauth2";

import { allow, app, facts, site, toDvor } from "./person.mjs";

const email = facts.user.login;

async function simpleOauth2() {
  const client = new AuthorizationCode({
    client: { id: app.id, secret: app.secret },
    auth: { tokenHost: site, tokenPath: "/access_token", authorizeHost: site, authorizePath: "/authorize" },
  });
  const back = new URL(await allow(client.authorizeURL({ redirect_uri: app.redirect_uri, scope: ["email"], state: "s" })));
  assert.equal(back.searchParams.get("state"), "s");
  const options = { code: back.searchParams.get("code"), redirect_uri: app.redirect_uri };
  const { token } = await client.getToken(options);
  assert.deepEqual([token.user_id, token.email], [facts.user.id, email]);
  await assert.rejects(client.getToken(options), (error) => error.data.payload.error === "invalid_grant");
}

// what passport does around a strategy
function passport(strategy, request) {
  return new Promise((resolve, reject) => {
    const run = Object.create(strategy);
    run.redirect = (address) => resolve({ address });
    run.success = (user) => resolve({ user });
    run.fail = (challenge) => reject(new Error(`refused: ${JSON.stringify(challenge)}`));
    run.error = reject;
    run.authenticate(request, {});
  });
}

async function logInByPassport(strategy, at) {
  const session = {};
  const { address } = await passport(strategy, { query: {}, session, headers: {} });
  const back = new URL(await allow(address));
  assert.equal(back.origin + back.pathname, at);
  const query = Object.fromEntries(back.searchParams);
  const { user } = await passport(strategy, { query, session, headers: {} });
  return { user, query, session };
}

async function vkontakte() {
  const strategy = new passportVkontakte.Strategy(
    {
      clientID: app.id,
      clientSecret: app.secret,
      callbackURL: app.redirect_uri,
      authorizationURL: `${site}/authorize`,
      tokenURL: `${site}/access_token`,
      profileURL: `${site}/method/users.get`,
      scope: ["email", "friends"],
    },
    (accessToken, refreshToken, params, profile, done) => done(null, profile),
  );
  const { user, query, session } = await logInByPassport(strategy, app.redirect_uri);
  assert.deepEqual([user.id, user.displayName, user.username], [facts.user.id, "Анна Соколова", "anna"]);
  assert.deepEqual([user.gender, user.emails[0].value], ["female", email]);
  await assert.rejects(passport(strategy, { query, session, headers: {} }), { name: "TokenError", code: "invalid_grant" });
}

async function vkId() {
  const strategy = new passportVkId.Strategy(
    {
      clientID: app.id,
      clientSecret: app.secret,
      callbackURL: app.redirect_uri,
      authorizationURL: `${site}/authorize`,
      tokenURL: `${site}/oauth2/auth`,
      scope: ["vkid.personal_info", "email"],
    },
    (accessToken, refreshToken, profile, done) => done(null, { ...profile, refreshToken }),
  );
  const { user } = await logInByPassport(strategy, app.redirect_uri);
  assert.deepEqual([user.id, user.displayName, user.email], [String(facts.user.id), "Анна", email]);
  assert.ok(user.refreshToken);
}

async function openIdClient() {
  const config = await openid.discovery(new URL(site), app.id, app.secret, openid.ClientSecretBasic(app.secret));
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri: app.redirect_uri,
    scope: "openid profile email offline_access",
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
    max_age: "3600",
  });
  const back = new URL(await allow(address));
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true, maxAge: 3600 };
  const tokens = await openid.authorizationCodeGrant(config, back, checks);
  const { sub } = tokens.claims();
  const info = await openid.fetchUserInfo(config, tokens.access_token, sub);
  assert.deepEqual([info.sub, info.email, info.name], [String(facts.user.id), email, "Анна Соколова"]);
  const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal((await openid.tokenIntrospection(config, fresh.access_token)).active, true);
  await openid.tokenRevocation(config, fresh.refresh_token);
  assert.equal((await openid.tokenIntrospection(config, fresh.access_token)).active, false);
  await assert.rejects(openid.authorizationCodeGrant(config, back, checks), { error: "invalid_grant" });
  assert.ok(openid.buildEndSessionUrl(config, { id_token_hint: tokens.id_token }).href.startsWith(`${site}/oidc/logout`));
}

async function authJs() {
  const base = "http://localhost:3000/auth";
  let person;
  const config = {
    basePath: "/auth",
    secret: "a secret of the site",
    trustHost: true,
    providers: [VK({ clientId: app.id, clientSecret: app.secret })],
    callbacks: { signIn: (told) => ((person = told), true) },
    logger: { error: (error) => { throw error; } },
  };
  const jar = new Map();
  const call = async (address, options = {}) => {
    const headers = { ...options.headers, cookie: [...jar].map((pair) => pair.join("=")).join("; ") };
    const answer = await Auth(new Request(address, { ...options, headers }), config);
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      jar.set(name, value);
    }
    return answer;
  };
  const { csrfToken } = await (await call(`${base}/csrf`)).json();
  const body = new URLSearchParams({ csrfToken, callbackUrl: "http://localhost:3000/" });
  const sent = await call(`${base}/signin/vk`, { method: "POST", body });
  const back = await allow(sent.headers.get("location"));
  assert.ok(back.startsWith(`${base}/callback/vk`), back);
  const done = await call(back);
  assert.equal(done.headers.get("location"), "http://localhost:3000/");
  assert.deepEqual([person.profile.id, person.profile.email, person.user.name], [facts.user.id, email, "Анна Соколова"]);
}

/** Ask next-auth as an API route of Next does; return where it sends the browser, or the body. */
async function askNextAuth(options, jar, address, body) {
  const { pathname, searchParams } = new URL(address, "http://localhost:3000");
  const query = { ...Object.fromEntries(searchParams), nextauth: pathname.replace("/api/auth/", "").split("/") };
  const headers = { host: "localhost:3000" };
  const request = { method: body ? "POST" : "GET", query, body, headers, cookies: Object.fromEntries(jar) };
  return new Promise((resolve, reject) => {
    const kept = {};
    const answer = {
      status: () => answer,
      getHeader: (name) => kept[name],
      setHeader: (name, value) => {
        kept[name] = value;
        if (name === "Location") resolve(value);
        for (const line of name === "Set-Cookie" ? [value].flat() : []) {
          const [, key, text] = /^([^=]+)=([^;]*)/.exec(line);
          jar.set(key, decodeURIComponent(text));
        }
        return answer;
      },
      end: () => undefined,
      json: (value) => resolve(value.url ?? value),
      send: resolve,
    };
    NextAuth.default(request, answer, options).catch(reject);
  });
}

async function nextAuth() {
  process.env.NEXTAUTH_URL = "http://localhost:3000";
  let person;
  const options = {
    secret: "a secret of the site",
    providers: [
      NextAuthVk.default({
        clientId: app.id,
        clientSecret: app.secret,
        authorization: `${site}/authorize?scope=email&v=5.131`,
        token: `${site}/access_token?v=5.131`,
        userinfo: `${site}/method/users.get?fields=photo_100&v=5.131`,
      }),
    ],
    callbacks: { signIn: (told) => ((person = told), true) },
    logger: { error: (code, error) => console.error(code, error) },
  };
  const jar = new Map();
  const { csrfToken } = await askNextAuth(options, jar, "/api/auth/csrf");
  const body = { csrfToken, callbackUrl: "http://localhost:3000/", json: "true" };
  const back = await allow(await askNextAuth(options, jar, "/api/auth/signin/vk", body));
  assert.ok(back.startsWith("http://localhost:3000/api/auth/callback/vk?"), back);
  assert.equal(await askNextAuth(options, jar, back), "http://localhost:3000/");
  assert.deepEqual([person.user.id, person.user.name], [facts.user.id, "Анна Соколова"]);
  assert.ok(person.user.image.startsWith(site));
}

assert.equal(toDvor("https://oauth.vk.com/authorize?x=1"), `${site}/authorize?x=1`);
for (const logIn of [simpleOauth2, vkontakte, vkId, openIdClient, authJs, nextAuth]) {
  try {
    await logIn();
  } catch (error) {
    console.error(`${logIn.name}:`, error);
    process.exit(1);
  }
}
console.log("all is well");

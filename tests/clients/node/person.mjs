// A person who is sent to Dvor by an outside site, logs in and allows what is asked, as a browser without scripts does.
import { readFileSync } from "node:fs";

export const facts = JSON.parse(readFileSync(process.env.DVOR_FACTS, "utf8"));
export const site = facts.base_url;
export const app = { ...facts.app, id: String(facts.app.id) };

const HOSTS = new Set(["oauth.vk.com", "api.vk.com", "id.vk.ru"]);
const reach = globalThis.fetch;

/** Lead what is meant for VK's hosts to Dvor: they are literals in the clients. */
export function toDvor(address) {
  const url = new URL(address);
  return HOSTS.has(url.hostname) ? site + url.pathname + url.search : String(address);
}
globalThis.fetch = (address, options) =>
  address instanceof Request
    ? reach(new Request(toDvor(address.url), address), options)
    : reach(toDvor(address), options);

const cookies = new Map();

async function ask(path, options = {}) {
  const headers = { ...options.headers, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
  const answer = await reach(path.startsWith("/") ? site + path : path, { ...options, headers, redirect: "manual" });
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    cookies.set(name, value);
  }
  return answer;
}

/** Go to an address and answer Dvor's pages; return the address of the site that one is sent back to. */
export async function allow(address) {
  let answer = await ask(toDvor(address));
  for (;;) {
    if (answer.status === 303) {
      const target = answer.headers.get("location");
      if (!target.startsWith("/")) return target;
      answer = await ask(target);
    } else {
      answer = await sendForm(answer);
    }
  }
}

async function sendForm(page) {
  const text = await page.text();
  if (page.status !== 200) throw new Error(`${page.status} ${text}`);
  const path = new URL(page.url).pathname;
  const body = new RegExp(`<form method="post" action="${path}">(.*?)</form>`, "s").exec(text)[1];
  const fields = new URLSearchParams();
  for (const [, name, value] of body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) fields.set(name, value);
  for (const [, name] of body.matchAll(/<input type="checkbox" name="([^"]*)"/g)) fields.set(name, "on");
  if (path === "/login") {
    fields.set("login", facts.user.login);
    fields.set("password", facts.user.password);
  } else {
    fields.set("decision", "allow");
  }
  return ask(path, { method: "POST", body: fields });
}

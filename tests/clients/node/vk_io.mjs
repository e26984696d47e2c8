// vk-io 4: calls one by one and in scripts, collecting, uploads, the long poll of version 19, and a community's bot, by long poll and by calls back.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { APIError, CallbackService, Keyboard, VK, createCollectIterator, getRandomId } from "vk-io";

const facts = JSON.parse(readFileSync(process.env.DVOR_FACTS, "utf8"));
const apiBaseUrl = `${facts.base_url}/method`;
const me = facts.user.id;
const options = { apiBaseUrl, apiLimit: 100 };

const image = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg==",
  "base64",
);

async function logInFriend() {
  const body = new URLSearchParams({ grant_type: "password", username: "boris@dvor.example", password: facts.user.password });
  const answer = await fetch(`${facts.base_url}/token`, { method: "POST", body });
  return (await answer.json()).access_token;
}

const vk = new VK({ ...options, token: facts.user.token });
const friend = new VK({ ...options, token: await logInFriend() });

async function readAndWrite() {
  const [known] = await vk.api.users.get({ fields: ["photo_50", "city"] });
  assert.deepEqual([known.id, known.first_name], [me, "Анна"]);
  assert.ok((await vk.api.friends.get({})).items.includes(2));
  const { post_id } = await vk.api.wall.post({ message: "from vk-io <&>" });
  const { items } = await vk.api.wall.getById({ posts: [`${me}_${post_id}`] });
  assert.equal(items[0].text, "from vk-io <&>");
  const sent = await vk.api.messages.send({ peer_ids: [2, 3], message: "to both", random_id: getRandomId() });
  assert.deepEqual(sent.map((row) => row.peer_id), [2, 3]);
  await assert.rejects(vk.api.friends.add({ user_id: me }), (error) => error instanceof APIError && error.code === 174);
  const wrong = new VK({ ...options, token: "nonsense" });
  await assert.rejects(wrong.api.users.get({}), (error) => error.code === 5);
}

async function callInScripts() {
  const quick = new VK({ ...options, token: facts.user.token, apiMode: "parallel" });
  const calls = [1, 2, 3, 999_999].map((owner_id) => quick.api.wall.get({ owner_id, count: 1 }));
  const walls = await Promise.allSettled(calls);
  assert.deepEqual(walls.map((wall) => wall.status), ["fulfilled", "fulfilled", "fulfilled", "rejected"]);
  assert.equal(walls[3].reason.code, 18);
  const { response, errors } = await vk.api.execute({ code: "return [API.users.get({user_ids: 2})@.id, API.wall.getById({})];" });
  assert.deepEqual([response, errors.length], [[[2], false], 1]);
  const iterator = createCollectIterator({ api: vk.api, method: "wall.get", params: { owner_id: me }, countPerRequest: 2 });
  const seen = new Set();
  for await (const { items, total } of iterator) {
    items.forEach((post) => seen.add(post.id));
    assert.ok(total >= 2);
  }
  assert.equal(seen.size, (await vk.api.wall.get({ owner_id: me })).count);
}

async function upload() {
  const photo = await vk.upload.wallPhoto({ source: { value: image, filename: "a.png" } });
  assert.match(String(photo), new RegExp(`^photo${me}_`));
  assert.ok((await vk.api.wall.post({ attachments: photo })).post_id);
  const [post] = (await vk.api.wall.get({ owner_id: me, count: 1 })).items;
  assert.equal(post.attachments[0].photo.id, photo.id);
  const { id: album_id } = await vk.api.photos.createAlbum({ title: "from vk-io" });
  const values = [image, image].map((value, number) => ({ value, filename: `${number}.png` }));
  assert.equal((await vk.upload.photoAlbum({ album_id, source: { values } })).length, 2);
  assert.equal((await vk.api.photos.get({ owner_id: me, album_id })).count, 2);
  const letter = await vk.upload.messageDocument({ peer_id: 2, source: { value: Buffer.from("to Boris"), filename: "letter.txt" } });
  const message_ids = await vk.api.messages.send({ peer_id: 2, attachment: letter, random_id: 0 });
  const [said] = (await vk.api.messages.getById({ message_ids })).items;
  assert.deepEqual([said.attachments[0].type, said.attachments[0].doc.ext], ["doc", "txt"]);
}

/** Wait for what `begin` resolves by an update; fail after ten seconds. */
function within(what, begin) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing came: ${what}`)), 10_000);
    begin((value) => (clearTimeout(timer), resolve(value)));
  });
}

async function listen() {
  const heard = within("a message", (resolve) => vk.updates.on("message_new", (context) => !context.isOutbox && resolve(context)));
  await vk.updates.start();
  await friend.api.messages.send({ peer_id: me, message: "a < b &\nc", random_id: 0 });
  const context = await heard;
  assert.deepEqual([context.text, context.senderId, context.peerType], ["a < b &\nc", 2, "user"]);
  await context.loadMessagePayload();
  await context.reply("heard by vk-io");
  const [last] = (await friend.api.messages.getHistory({ peer_id: me, count: 1 })).items;
  assert.deepEqual([last.text, last.reply_message.text], ["heard by vk-io", "a < b &\nc"]);
  void vk.updates.stop();
}

async function beABot() {
  const group_id = facts.group.id;
  await vk.api.groups.setLongPollSettings({ group_id, enabled: 1, message_new: 1, message_event: 1, api_version: "5.199" });
  const bot = new VK({ ...options, token: facts.group.token });
  bot.updates.on("message_new", async (context) => {
    const yes = Keyboard.callbackButton({ label: "Да", payload: { tea: 1 }, color: Keyboard.POSITIVE_COLOR });
    await context.sendPhotos({ value: image, filename: "a.png" }, { message: `Чай, ${context.text}?`, keyboard: Keyboard.builder().callbackButton(yes.options).inline() });
  });
  const pressed = within("a button", (resolve) =>
    bot.updates.on("message_event", async (context) => {
      await context.answer({ type: "show_snackbar", text: "Налит" });
      resolve(context.eventPayload);
    }),
  );
  await bot.updates.start();
  const offered = within("an offer", async (resolve) => {
    friend.updates.on("message_new", (context) => !context.isOutbox && resolve(context));
    await friend.updates.startPolling();
    await friend.api.messages.send({ peer_id: -group_id, message: "Борис", random_id: 0 });
  });
  const context = await offered;
  await context.loadMessagePayload();
  assert.equal(context.text, "Чай, Борис?");
  assert.equal(context.attachments[0].type, "photo");
  const cmid = context.conversationMessageId;
  await friend.api.call("messages.sendMessageEvent", { peer_id: -group_id, cmid, payload: JSON.stringify({ tea: 1 }) });
  assert.deepEqual(await pressed, { tea: 1 });
}

async function beCalledBack() {
  const group_id = facts.group.id;
  const { code } = await vk.api.groups.getCallbackConfirmationCode({ group_id });
  const bot = new VK({ ...options, token: facts.group.token, webhookConfirmation: code, webhookSecret: "of the bot" });
  const heard = within("a call", (resolve) => bot.updates.on("message_new", resolve));
  const server = createServer(bot.updates.getWebhookCallback("/hook"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const asked = { group_id, url: `http://127.0.0.1:${server.address().port}/hook`, title: "vk-io", secret_key: "of the bot" };
  const { server_id } = await vk.api.groups.addCallbackServer(asked);
  await vk.api.groups.setCallbackSettings({ group_id, server_id, api_version: "5.199", message_new: 1 });
  for (let status = "wait"; status !== "ok"; ) {
    [{ status }] = (await vk.api.groups.getCallbackServers({ group_id, server_ids: server_id })).items;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await friend.api.messages.send({ peer_id: -group_id, message: "are you there?", random_id: 0 });
  const context = await heard;
  assert.deepEqual([context.text, context.senderId], ["are you there?", 2]);
  await vk.api.groups.deleteCallbackServer({ group_id, server_id });
}

for (const part of [readAndWrite, callInScripts, upload, listen, beABot, beCalledBack]) {
  try {
    await part();
  } catch (error) {
    console.error(`${part.name}:`, error);
    process.exit(1);
  }
}
console.log("all is well");
process.exit(0); // its long polls go on

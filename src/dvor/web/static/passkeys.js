"use strict";
// A form with data-passkey asks the browser for a passkey, puts the answer into its field and is sent as any other.
const methods = window.PublicKeyCredential ?? {};
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const makes = form.dataset.passkey === "create";
  if (!(makes ? methods.parseCreationOptionsFromJSON : methods.parseRequestOptionsFromJSON)) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const options = JSON.parse(form.dataset.options);
    try {
      const credential = makes
        ? await navigator.credentials.create({ publicKey: methods.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: methods.parseRequestOptionsFromJSON(options) });
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      form.querySelector(".problem").hidden = false;
    }
  });
}

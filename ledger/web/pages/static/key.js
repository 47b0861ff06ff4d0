// The page of keys: makes the one of this browser, and writes the request by which the operator grants it.
import { canonical } from "./bytes.js";
import { forgetKey, makeKey, ownKey, sealed } from "./holder.js";

const part = document.getElementById("own");
const by = (name) => document.getElementById(name);

async function show(key) {
  by("own-new").hidden = key !== null;
  by("own-known").hidden = key === null;
  by("own-request").hidden = true;
  if (key === null) {
    by("own-says").textContent = "This browser has no key yet.";
    return;
  }
  const row = by(`key-${key.kid}`);
  by("own-says").textContent = row
    ? `${key.kid}: the ledger knows it.`
    : `${key.kid}: the ledger does not know it yet; write the request, and give it to the operator.`;
  by("own-jwk").value = JSON.stringify(key.jwk, null, 1);
}

async function request(form) {
  const key = await ownKey();
  const data = new FormData(form);
  const roles = data.getAll("role").sort();
  const payload = canonical({ genesis: part.dataset.genesis, roles, thumbprint: key.kid });
  const possession = await sealed(key, payload, "pledger-key+jws");
  const grant = {
    kind: "key",
    subject: key.kid,
    body: {
      event: "grant",
      jwk: key.jwk,
      party: data.get("party") || null,
      holder: data.get("holder") || null,
      roles,
      possession,
    },
  };
  by("own-grant").value = JSON.stringify(grant, null, 1);
  by("own-request").hidden = false;
}

async function begin() {
  part.hidden = false;
  if (!crypto.subtle) {
    by("own-says").textContent = "Browsers keep keys only for pages that come protected: open this one by https.";
    return;
  }
  await show(await ownKey());
  by("own-make").addEventListener("click", async () => show(await makeKey()));
  by("own-forget").addEventListener("click", async () => {
    if (confirm("Forget this key? Nothing can be signed with it any more, by anybody.")) {
      await forgetKey();
      await show(null);
    }
  });
  by("own-ask").addEventListener("submit", (event) => {
    event.preventDefault();
    request(event.target);
  });
}

begin();

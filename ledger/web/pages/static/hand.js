// Handing in from a page: statements composed and signed here, sent as everybody's are, their receipts checked here.
// Source: design §2.2, §2.4, §3; docs/http.md.
import { base64url, canonical, fromBase64, fromBase64url, alike, nameOf, utf8 } from "./bytes.js";
import { climbed, leafHash, openNote } from "./bundle.js";
import { ownKey, sealed } from "./holder.js";

export class Told extends Error {}

export async function asked(address, options = {}) {
  const answer = await fetch(address, { credentials: "same-origin", ...options });
  const kind = answer.headers.get("content-type") ?? "";
  if (!answer.ok) {
    const said = kind.includes("json") ? (await answer.json()).detail : `The server answers ${answer.status}.`;
    throw new Told(said);
  }
  return answer;
}

// The payload of each statement for this ledger: its genesis, and the checkpoint that was seen here.
export async function composed(statements) {
  const ledger = await (await asked("/v1/ledger")).json();
  const anchor = { root: base64url(fromBase64(ledger.root)), size: ledger.size };
  return statements.map((one) => canonical({ ...one, anchor, genesis: ledger.genesis }));
}

export async function signed(payloads) {
  const key = await ownKey();
  if (key === null) {
    throw new Told("This browser has no key yet; make one on the page Keys.");
  }
  return Promise.all(payloads.map((payload) => sealed(key, payload)));
}

// All of them, or none.
export async function handIn(jwss) {
  const lines = await asked("/v1/statements?whole=true", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: jwss.map((one) => `${one}\n`).join(""),
  });
  const told = (await lines.text()).trim().split("\n").map((line) => JSON.parse(line));
  const refused = told.find((one) => one.problem);
  if (refused) {
    throw new Told(refused.problem.detail);
  }
  return told.map((one) => one.receipt ?? one.waits);
}

// One statement with the files that it names, by their digests.
export async function handInWith(jws, files) {
  const answer = await asked("/v1/statements", {
    method: "POST",
    headers: { "content-type": "application/jose" },
    body: jws,
  });
  let told = await answer.json();
  if (answer.status === 202) {
    const wanted = [...told.welcome, ...told.missing.map((one) => one.digest)];
    for (const digest of wanted) {
      const body = files.get(digest);
      if (body !== undefined) {
        const headers = { "content-type": "application/octet-stream" };
        await asked(`/v1/blobs/${digest}`, { method: "PUT", headers, body });
      }
    }
    told = await (await asked(`/v1/receipts/${await nameOf(utf8(jws))}`)).json();
  }
  return told;
}

// Whether a receipt leads from its header to the root that its checkpoint signs.
export async function leads(receipt) {
  const note = openNote(utf8(receipt.checkpoint));
  const hashes = receipt.inclusion.map((one) => (one.includes("-") || one.includes("_") ? fromBase64url(one) : fromBase64(one)));
  const leaf = await leafHash(utf8(receipt.header));
  const root = await climbed({ leaf, index: receipt.index, size: note.size, hashes });
  return root !== null && alike(root, note.root);
}

export async function told(receipt) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/entries/${receipt.index}`;
  link.textContent = `entry ${receipt.index}`;
  const holds = (await leads(receipt)) ? "its receipt leads to the signed root" : "ITS RECEIPT DOES NOT LEAD TO THE SIGNED ROOT";
  line.append("Logged as ", link, `; ${holds}. Witnessed by ${receipt.witnessed.k} of ${receipt.witnessed.n}.`);
  return line;
}

// The part of a page where something is signed: shows who would sign, and what became of it.
export async function offer(say, isMeant = () => true) {
  const key = await ownKey();
  const part = document.getElementById("sign");
  part.hidden = false;
  const says = document.getElementById("sign-says");
  const button = document.getElementById("sign-do");
  if (key === null) {
    const link = document.createElement("a");
    link.href = "/keys";
    link.textContent = "Make one";
    says.replaceChildren("This browser has no key yet. ", link, ".");
    button.disabled = true;
    return;
  }
  says.textContent = `${say} The key of this browser, ${key.kid}, signs.`;
  button.disabled = !isMeant();
}

export function refused(error) {
  const line = document.createElement("li");
  line.className = "notice";
  line.textContent = error instanceof Told ? error.message : "It could not be sent; try again.";
  if (!(error instanceof Told)) {
    console.error(error);
  }
  document.getElementById("sign-log").append(line);
}

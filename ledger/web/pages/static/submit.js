// Evidence: a file looked at on the server, then signed and handed in from here.
import { joined, nameOf, utf8 } from "./bytes.js";
import { asked, composed, handInWith, offer, refused, signed, told, Told } from "./hand.js";

const form = document.getElementById("evidence");
const preview = document.getElementById("preview");
const button = document.getElementById("sign-do");
let ready = null;

async function look() {
  const data = new FormData(form);
  preview.setAttribute("aria-busy", "true");
  document.getElementById("sign-log").replaceChildren();
  try {
    const answer = await asked("/evidence", { method: "POST", headers: { accept: "application/json" }, body: data });
    const found = await answer.json();
    preview.innerHTML = found.html;
    ready = { found, file: data.get("file") };
    if (found.statements.length) {
      await offer(`${found.statements.length} statements would be logged.`);
    }
  } catch (error) {
    const line = document.createElement("p");
    line.className = "notice";
    line.textContent = error instanceof Told ? error.message : "The file could not be sent; try again.";
    preview.replaceChildren(line);
  } finally {
    preview.removeAttribute("aria-busy");
  }
}

// A file that may not travel is kept behind random bytes, so that nobody can guess it by its digest (design §2.3).
async function files({ found, file }) {
  const plain = new Uint8Array(await file.arrayBuffer());
  const raw = found.salted ? joined(crypto.getRandomValues(new Uint8Array(32)), plain) : plain;
  const all = [raw, utf8(found.mapping), ...found.statements.map((one) => utf8(one.observations))];
  const named = await Promise.all(all.map(async (bytes) => [await nameOf(bytes), bytes]));
  return { raw: { digest: named[0][0], size: raw.length }, named: new Map(named) };
}

async function sign() {
  button.disabled = true;
  try {
    const { raw, named } = await files(ready);
    const statements = ready.found.statements.map(({ statement }) => ({
      ...statement,
      body: {
        ...statement.body,
        raw: { ...statement.body.raw, ...raw },
        source: { ...statement.body.source, digest: raw.digest },
      },
    }));
    // What the server understood has to be of the very file that is here.
    const missing = statements.find(({ body }) => !named.has(body.raw.digest) || !named.has(body.observations.digest));
    if (missing) {
      throw new Told("What the server read is not of this file; look at it again.");
    }
    for (const jws of await signed(await composed(statements))) {
      document.getElementById("sign-log").append(await told(await handInWith(jws, named)));
    }
  } catch (error) {
    refused(error);
    button.disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  look();
});
button.addEventListener("click", sign);

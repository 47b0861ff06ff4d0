// A draft with the lint beside it as one types, and the statements that it becomes, signed here.
import { asked, composed, handIn, offer, refused, signed, told, Told } from "./hand.js";

const PAUSE = 350;

const form = document.getElementById("draft");
const field = document.getElementById("text");
const fields = document.getElementById("fields");
const beside = document.getElementById("beside");
const button = document.getElementById("sign-do");
let clock = null;
let number = 0;
let payloads = [];
// What the fields wrote last: they write on only where nobody has written into it by hand.
let byFields = null;
let asking = 0;

async function lint() {
  number += 1;
  const mine = number;
  payloads = [];
  button.disabled = true;
  beside.setAttribute("aria-busy", "true");
  try {
    const headers = { accept: "application/json", "content-type": "application/yaml" };
    const answer = await asked("/record", { method: "POST", headers, body: field.value });
    const found = await answer.json();
    if (mine !== number) {
      return;
    }
    beside.innerHTML = found.html;
    if (found.statements.length) {
      const made = await composed(found.statements);
      if (mine !== number) {
        return;
      }
      payloads = made;
      const text = payloads.map((one) => JSON.stringify(JSON.parse(one), null, 2)).join("\n\n");
      document.getElementById("sign-what").textContent = text;
      await offer(
        `${made.length} ${made.length === 1 ? "statement" : "statements"} would be logged.`,
        () => mine === number,
      );
    }
  } catch (error) {
    if (mine === number) {
      const line = document.createElement("p");
      line.className = "notice";
      line.textContent = error instanceof Told ? error.message : "The draft could not be sent; type on, or try again.";
      beside.replaceChildren(line);
    }
  } finally {
    beside.removeAttribute("aria-busy");
  }
}

async function sign() {
  button.disabled = true;
  try {
    for (const receipt of await handIn(await signed(payloads))) {
      document.getElementById("sign-log").append(await told(receipt));
    }
  } catch (error) {
    refused(error);
    button.disabled = false;
  }
}

// What is signed is what is shown: until the new text has been read, nothing is.
function changed() {
  number += 1;
  payloads = [];
  button.disabled = true;
  clearTimeout(clock);
  clock = setTimeout(lint, PAUSE);
}

async function write() {
  asking += 1;
  const mine = asking;
  const says = document.getElementById("fields-says");
  try {
    const headers = { accept: "application/json" };
    const answer = await asked("/record/draft", { method: "POST", headers, body: filledIn() });
    const { text } = await answer.json();
    if (mine !== asking) {
      return;
    }
    byFields = text;
    field.value = text;
    says.textContent = "";
    changed();
  } catch (error) {
    if (mine === asking) {
      says.textContent = error instanceof Told ? error.message : "The draft could not be written; try again.";
    }
  }
}

function filledIn() {
  const data = new FormData(form);
  data.delete("text");
  return data;
}

field.addEventListener("input", changed);
fields.addEventListener("input", () => {
  if (byFields === null || byFields === field.value) {
    // Until its answer is there, what stands in the draft is not what stands in the fields.
    number += 1;
    payloads = [];
    button.disabled = true;
    clearTimeout(clock);
    clock = setTimeout(write, PAUSE);
  } else {
    document.getElementById("fields-says").textContent =
      "The draft was changed by hand; the button writes it anew, without those changes.";
  }
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.id === "fields-write") {
    write();
  } else {
    lint();
  }
});
button.addEventListener("click", sign);
lint();

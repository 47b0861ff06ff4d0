// A draft with the lint beside it as one types, and the statements that it becomes, signed here.
import { asked, composed, handIn, offer, refused, signed, told, Told } from "./hand.js";

const PAUSE = 350;

const form = document.getElementById("draft");
const field = document.getElementById("text");
const beside = document.getElementById("beside");
const button = document.getElementById("sign-do");
let clock = null;
let number = 0;
let payloads = [];

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

field.addEventListener("input", () => {
  // What is signed is what is shown: until the new text has been read, nothing is.
  number += 1;
  payloads = [];
  button.disabled = true;
  clearTimeout(clock);
  clock = setTimeout(lint, PAUSE);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  lint();
});
button.addEventListener("click", sign);
lint();

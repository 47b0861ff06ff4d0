// The time machine: a slider over the days on which something came to be known; and a proof reckoned in the browser.
import { alike, fromBase64, utf8 } from "./bytes.js";
import { climbed, leafHash } from "./bundle.js";

const PAUSE = 120;

function machine(part) {
  const days = part.dataset.days.split(" ").filter(Boolean);
  const slider = document.getElementById("day");
  const chapter = document.getElementById("chapter");
  const date = document.getElementById("as-of");
  const size = document.getElementById("size");
  const says = document.getElementById("machine-says");
  if (days.length < 2) {
    return;
  }
  part.hidden = false;
  let clock = null;
  let number = 0;
  const last = days.length - 1;
  const found = days.findLastIndex((day) => day <= date.value);
  slider.value = String(found < 0 ? 0 : found);
  tell(days[Number(slider.value)]);

  function tell(day) {
    document.getElementById("day-told").textContent = day;
    slider.setAttribute("aria-valuetext", day);
  }

  async function look(day) {
    number += 1;
    const mine = number;
    const query = new URLSearchParams({ as_of: day, size: size.value });
    says.textContent = "";
    const answer = await fetch(`${location.pathname}?${query}&part=chapter`, { credentials: "same-origin" });
    if (mine !== number) {
      return;
    }
    if (answer.ok) {
      chapter.innerHTML = await answer.text();
      date.value = day;
      history.replaceState(null, "", `?${query}`);
      says.textContent = `What was known on ${day}.`;
    } else {
      says.textContent = answer.status === 404 ? `The pledge was not known on ${day}.` : "That day cannot be shown now.";
    }
  }

  slider.max = String(last);
  slider.addEventListener("input", () => {
    const day = days[Number(slider.value)];
    tell(day);
    clearTimeout(clock);
    clock = setTimeout(() => look(day), PAUSE);
  });
}

function proof(part) {
  const { header, index, size, hashes, root } = part.dataset;
  part.hidden = false;
  part.querySelector("button").addEventListener("click", async () => {
    const leaf = await leafHash(utf8(header));
    const reached = await climbed({
      leaf,
      index: Number(index),
      size: Number(size),
      hashes: JSON.parse(hashes).map(fromBase64),
    });
    const holds = reached !== null && alike(reached, fromBase64(root));
    part.querySelector("[role=status]").textContent = holds
      ? "Reckoned here: the header leads to that root."
      : "Reckoned here: the header does NOT lead to that root.";
  });
}

const machinePart = document.querySelector(".machine");
const proofPart = document.getElementById("proof-check");
if (machinePart) {
  machine(machinePart);
}
if (proofPart && crypto.subtle) {
  proof(proofPart);
}

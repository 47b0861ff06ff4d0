// The check of a bundle, step by step, in the visitor's own browser. What it does not do again, it says.
// The numbers are those under which the page lists the steps.
import { alike, base64url, fromBase64url, fromCanonical, nameOf, textOf } from "./bytes.js";
import { bundleInside, leafHash, openNote, openStatement, readArchive, rootOf, thumbprint, verifierKey, verifies } from "./bundle.js";

const NOT_DONE = [
  "the method: outcomes, ratios, scores and opinion were not reckoned again from the observations",
  "roles: that each key might say what it signed, and that root keys approved appointments",
  "the closure: only what is about the audited pledges, keys, erasures and amendments was held to be there",
  "the report’s own rendering, and the selection text",
  "raw files were not imported again",
];

class Steps {
  constructor() {
    this.found = [];
    this.left = [...NOT_DONE];
  }

  good(step, says) {
    this.found.push({ step, says, is: "good" });
  }

  bad(step, says) {
    this.found.push({ step, says, is: "bad" });
  }

  open(says) {
    this.left.push(says);
  }

  get isSound() {
    return this.found.every((one) => one.is === "good");
  }
}

async function checkBundle(file, expected) {
  const steps = new Steps();
  let bytes = file;
  // 1. The archive, or the report that carries it.
  if (textOf(file.subarray(0, 5).filter((byte) => byte < 128)) === "%PDF-") {
    bytes = await bundleInside(file);
    steps.good(1, "The report carries a bundle.");
    steps.open("the pages of the PDF: only the bundle inside it was looked at");
  }
  const members = readArchive(bytes);
  steps.good(1, `The archive has ${members.size} members, and every byte belongs to one of them.`);
  const audit = fromCanonical(needed(members, "audit.json"));
  // 2. The manifest.
  await checkManifest(members, steps);
  // 3. The headers: a hash chain.
  const headers = await readHeaders(members, steps);
  // 4. The tree.
  const note = openNote(needed(members, "checkpoint"));
  await checkTree(members, headers, note, steps);
  // 5. The statements.
  const statements = await readStatements(members, headers, steps);
  // 6. The charter, and the keys.
  const keys = await readKeys(headers, statements, { audit, note, expected }, steps);
  // 7. Signatures of statements.
  await checkSignatures(statements, keys, steps);
  // 8. The checkpoint's signature.
  await checkCheckpoint(members, note, keys, steps);
  // 9. Nothing about the audited pledges is left out.
  checkClosure(headers, statements, audit, steps);
  // 10. The files that evidence names.
  await checkFiles(members, statements, steps);
  return { steps, audit, note, genesis: keys.genesis, expected };
}

function needed(members, name) {
  const found = members.get(name);
  if (found === undefined) {
    throw new Error(`the bundle has no member ${name}`);
  }
  return found;
}

async function checkManifest(members, steps) {
  const manifest = fromCanonical(needed(members, "manifest.json"));
  const names = ["manifest.json", ...manifest.members.map((one) => one.name)];
  if (names.join("\n") !== [...members.keys()].join("\n")) {
    steps.bad(2, "The manifest does not list exactly the members that are there, in their order.");
    return;
  }
  let wrong = 0;
  for (const one of manifest.members) {
    const raw = members.get(one.name);
    if (raw.length !== one.size || (await nameOf(raw)) !== one.digest) {
      wrong += 1;
      steps.bad(2, `The member ${one.name} is not what the manifest says.`);
    }
  }
  if (!wrong) {
    steps.good(2, `All ${manifest.members.length} digests of the manifest are right.`);
  }
}

async function readHeaders(members, steps) {
  const raw = needed(members, "headers");
  const headers = [];
  let start = 0;
  for (let end = raw.indexOf(10); end >= 0; end = raw.indexOf(10, start)) {
    const line = raw.subarray(start, end);
    headers.push({ ...fromCanonical(line), leaf: await leafHash(line) });
    start = end + 1;
  }
  const isWhole = !members.has("index");
  let before = new Uint8Array(32);
  let broken = null;
  headers.forEach((one, place) => {
    if (isWhole && broken === null && (one.index !== place || !alike(fromBase64url(one.prev), before))) {
      broken = place;
    }
    before = one.leaf;
  });
  if (broken !== null) {
    steps.bad(3, `The chain of headers is broken at entry ${broken}.`);
  } else if (isWhole) {
    steps.good(3, `The chain of ${headers.length} headers holds from the charter on.`);
  } else {
    steps.open("the chain: of a long log the bundle carries only some headers, with a proof by index");
  }
  return headers;
}

async function checkTree(members, headers, note, steps) {
  if (members.has("index")) {
    steps.open("the tree and the completeness index: their proofs are for pledger verify");
    return;
  }
  const root = await rootOf(headers.map((one) => one.leaf));
  if (headers.length !== note.size || !alike(root, note.root)) {
    steps.bad(4, "The headers do not lead to the root that the checkpoint signs.");
  } else {
    steps.good(4, `The ${note.size} headers lead to the root that the checkpoint signs.`);
  }
}

async function readStatements(members, headers, steps) {
  const byName = new Map(headers.map((one) => [one.statement, one]));
  const found = new Map();
  let wrong = 0;
  for (const [name, raw] of members) {
    if (!name.startsWith("statements/")) {
      continue;
    }
    const digest = `sha256:${name.slice("statements/".length)}`;
    const header = byName.get(digest);
    const opened = openStatement(raw);
    const { payload } = opened;
    const isRight =
      (await nameOf(raw)) === digest &&
      header !== undefined &&
      header.size === raw.length &&
      header.author === opened.header.kid &&
      header.subject === payload.subject &&
      `${header.kind}.v1` === payload.schema;
    if (!isRight) {
      wrong += 1;
      steps.bad(5, `The statement ${digest.slice(0, 19)}… is not the one that a header names.`);
      continue;
    }
    found.set(header.index, { ...opened, entry: header, name: digest });
  }
  if (!wrong) {
    steps.good(5, `Each of ${found.size} statements is the one that its header names.`);
  }
  return found;
}

async function readKeys(headers, statements, { audit, note, expected }, steps) {
  const first = statements.get(0);
  if (first === undefined || first.entry.kind !== "charter") {
    throw new Error("the bundle does not begin with the charter");
  }
  const genesis = first.name;
  const charter = first.payload.body;
  const isRight = charter.origin === note.origin && audit.origin === note.origin && audit.genesis === genesis;
  if (!isRight) {
    steps.bad(6, "Charter, checkpoint and audit are not of one and the same ledger.");
  } else if (expected && expected !== genesis) {
    steps.bad(6, `The ledger’s genesis is ${genesis}, and not the one that you expect.`);
  } else {
    steps.good(6, `Charter, checkpoint and audit are of one ledger${expected ? ", the one that you expect" : ""}.`);
  }
  const known = new Map();
  const learn = async (jwk, since) => known.set(await thumbprint(jwk), { jwk, since, until: Infinity });
  await learn(charter.operator, 0);
  const checkpoint = [{ since: 0, jwk: charter.checkpoint[0] }];
  for (const index of [...statements.keys()].sort((one, other) => one - other)) {
    const one = statements.get(index);
    if (one.payload.genesis !== (index ? genesis : null)) {
      steps.bad(6, `Entry ${index} was said to another ledger.`);
    }
    if (one.entry.kind === "key") {
      const { body, subject } = one.payload;
      const before = known.get(body.event === "rotate" ? body.replaces : subject);
      if (body.event === "revoke" && before) {
        before.until = body.effective_index ?? index;
      } else if (body.event === "rotate" && before) {
        before.until = index;
      }
      if (body.jwk !== null && (body.event !== "appoint" || (await thumbprint(body.jwk)) === subject)) {
        await learn(body.jwk, index);
      }
      if (body.event === "appoint" && body.checkpoint !== null) {
        checkpoint.push({ since: index, jwk: body.checkpoint[0] });
      }
    }
  }
  return { genesis, known, checkpoint };
}

async function checkSignatures(statements, keys, steps) {
  let good = 0;
  let quantum = 0;
  for (const [index, one] of statements) {
    const key = keys.known.get(one.header.kid);
    const algorithm = one.header.alg === "EdDSA" ? "Ed25519" : one.header.alg;
    if (algorithm === "ML-DSA-44") {
      quantum += 1;
    } else if (key === undefined || key.since > index || (index >= key.until && one.entry.kind !== "key")) {
      steps.bad(7, `Entry ${index} was signed with a key that the ledger did not know then.`);
    } else if (!(await verifies({ algorithm, key: key.jwk, signature: one.signature, message: one.message }))) {
      steps.bad(7, `The signature of entry ${index} is not by the key that it names.`);
    } else {
      good += 1;
    }
  }
  steps.good(7, `${good} signatures of statements are right (Ed25519, ES256).`);
  if (quantum) {
    steps.open(`${quantum} signatures by ML-DSA-44: browsers cannot check them yet`);
  }
}

async function checkCheckpoint(members, note, keys, steps) {
  const lines = textOf(needed(members, "policy")).split("\n");
  const policy = await Promise.all(
    lines.filter((line) => line.startsWith("log ")).map((line) => verifierKey(line.slice(4))),
  );
  // The keys that the log has at a size are those appointed below it.
  const own = keys.checkpoint.filter((one) => one.since < note.size).at(-1);
  const wanted = policy.find((one) => one.type === 1 && base64url(one.raw) === own.jwk.x);
  const signed = wanted && note.signatures.find((one) => one.name === wanted.name && alike(one.id, wanted.id));
  const is =
    signed && (await verifies({ algorithm: "Ed25519", key: wanted.raw, signature: signed.value, message: note.text }));
  if (is) {
    steps.good(8, `The checkpoint of ${note.size} entries is signed with the log’s key.`);
  } else {
    steps.bad(8, "The checkpoint is not signed with the key that the charter and the policy give to the log.");
  }
  steps.open("the checkpoint’s second signature (ML-DSA-44), cosignatures of witnesses, and timestamps");
}

function checkClosure(headers, statements, audit, steps) {
  const subjects = new Set(audit.subjects);
  const always = new Set(["charter", "key", "erasure", "amendment"]);
  const erased = new Set(
    [...statements.values()].filter((one) => one.entry.kind === "erasure").flatMap((one) => one.payload.body.digests),
  );
  const missing = headers.filter(
    (one) => (always.has(one.kind) || subjects.has(one.subject)) && !statements.has(one.index) && !erased.has(one.statement),
  );
  for (const one of missing) {
    steps.bad(9, `Entry ${one.index} (${one.kind} ${one.subject}) belongs to the audit, and is left out.`);
  }
  if (!missing.length) {
    steps.good(9, "Nothing about the audited pledges, no key, no erasure and no amendment is left out.");
  }
}

async function checkFiles(members, statements, steps) {
  const erased = new Set(
    [...statements.values()].filter((one) => one.entry.kind === "erasure").flatMap((one) => one.payload.body.digests),
  );
  let count = 0;
  let wrong = 0;
  for (const [index, one] of statements) {
    if (one.entry.kind !== "evidence") {
      continue;
    }
    const { digest, size } = one.payload.body.observations;
    const raw = members.get(`observations/${digest.slice(7)}.csv`);
    if (raw === undefined && erased.has(digest)) {
      steps.open(`figures of entry ${index}: they were erased`);
    } else if (raw === undefined || raw.length !== size || (await nameOf(raw)) !== digest) {
      wrong += 1;
      steps.bad(10, `The figures that entry ${index} names are not there as it names them.`);
    } else {
      count += 1;
    }
  }
  for (const [name, raw] of members) {
    const found = /^(?:raw\/|mappings\/)([0-9a-f]{64})/.exec(name);
    if (found !== null && (await nameOf(raw)) !== `sha256:${found[1]}`) {
      wrong += 1;
      steps.bad(10, `The file ${name} is not the one of that digest.`);
    }
  }
  if (!wrong) {
    steps.good(10, `${count} files of figures are those that signed statements name.`);
  }
}

// --- what is shown ---------------------------------------------------------------------------------------------------

// As in the report: what would turn, hide or break the text around it is written out.
function visible(text) {
  return String(text).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (one) =>
    one === "\n" || one === "\t" ? one : `[U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`,
  );
}

function element(name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined) {
    made.textContent = visible(text);
  }
  if (kind) {
    made.className = kind;
  }
  return made;
}

function list(kind, lines) {
  const made = element("ul", undefined, kind);
  made.append(...lines);
  return made;
}

function shown({ steps, audit, note, genesis, expected }) {
  const answer = document.getElementById("answer");
  const trust = expected ? "the genesis that you gave" : "the bundle’s own word: compare the genesis with one you trust";
  const title = steps.isSound ? "What was checked holds" : "Do not rely on it";
  const box = element("section", undefined, `verdict ${steps.isSound ? "is-good" : "is-bad"}`);
  box.append(
    element("h2", title),
    element("p", `Trust: ${trust}.`, "plain"),
    element("p", `Ledger ${note.origin}, genesis ${genesis}`, "small"),
    element("p", `${audit.title}: what was known on ${audit.view.as_of} by the first ${audit.view.size} entries.`),
  );
  const done = element("section");
  done.append(
    element("h2", "What was checked"),
    list(
      "checked",
      steps.found.map((one) => {
        const line = element("li", undefined, `is-${one.is}`);
        line.append(element("strong", one.is === "good" ? "Right" : "Wrong"), ` ${one.step}. ${visible(one.says)}`);
        return line;
      }),
    ),
    element("h2", "What was not done again"),
    list("left", steps.left.map((says) => element("li", says))),
    element("p", "pledger verify FILE does all of it, offline."),
  );
  const said = element("section");
  said.append(element("h2", "What the bundle says"), element("p", `Opinion ${audit.opinion.code}`));
  for (const one of audit.commitments) {
    const terms = one.terms.map((term) => element("li", `${term.title}: ${term.outcome.replaceAll("_", " ")}`));
    said.append(element("h3", one.title), list("plain", terms));
  }
  answer.replaceChildren(box, done, said);
}

function failed(says) {
  const box = element("section", undefined, "verdict is-bad");
  box.append(element("h2", "It cannot be read"), element("p", `${says[0].toUpperCase()}${says.slice(1)}.`));
  document.getElementById("answer").replaceChildren(box);
}

async function take(file) {
  const answer = document.getElementById("answer");
  const expected = document.getElementById("genesis").value.trim();
  answer.replaceChildren(element("p", `Checking ${file.name} …`));
  try {
    shown(await checkBundle(new Uint8Array(await file.arrayBuffer()), expected));
  } catch (error) {
    failed(error instanceof Error ? error.message : "the file is not what a bundle is");
  }
}

function ready() {
  const form = document.getElementById("drop");
  const field = document.getElementById("bundle");
  const again = () => field.files.length && take(field.files[0]);
  if (!crypto.subtle) {
    failed("this browser gives no cryptography to pages that come unprotected: open the page by https, or from a file");
    return;
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("change", again);
  document.getElementById("genesis").addEventListener("change", again);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  document.addEventListener("dragleave", () => form.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) {
      take(file);
    }
  });
}

ready();

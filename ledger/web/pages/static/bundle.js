// Bundles, logs and signatures: an archive read, hashes climbed, notes and statements opened.
// Source: design §2.2 to §2.6; RFC 9162 §2.1; C2SP signed-note; APPNOTE.TXT of ZIP, stored members only.
import { alike, base64url, canonical, fromBase64, fromBase64url, fromCanonical, joined, sha256, textOf, utf8 } from "./bytes.js";

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

// The members of an archive as we write it: stored, one after the other, in the order of the directory, nothing between.
export function readArchive(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  if (end < 0 || view.getUint32(end, true) !== END || view.getUint16(end + 20, true) !== 0) {
    throw new Error("the file is no archive, or something follows it");
  }
  const count = view.getUint16(end + 10, true);
  const directory = view.getUint32(end + 16, true);
  if (directory + view.getUint32(end + 12, true) !== end) {
    throw new Error("something stands between the archive's directory and its end");
  }
  const members = new Map();
  let at = directory;
  let next = 0;
  for (let number = 0; number < count; number += 1) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) {
      throw new Error("the archive's directory is broken");
    }
    const size = view.getUint32(at + 24, true);
    const long = view.getUint16(at + 28, true);
    const extra = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const name = textOf(bytes.subarray(at + 46, at + 46 + long));
    const local = view.getUint32(at + 42, true);
    if (view.getUint16(at + 10, true) !== 0 || view.getUint32(at + 20, true) !== size || extra !== 0) {
      throw new Error(`the member ${name} is not stored as it is`);
    }
    if (local !== next || view.getUint32(local, true) !== LOCAL || view.getUint16(local + 26, true) !== long) {
      throw new Error(`the member ${name} does not follow the one before it`);
    }
    const start = local + 30 + long;
    next = start + size;
    if (view.getUint16(local + 28, true) !== 0 || textOf(bytes.subarray(local + 30, start)) !== name || next > directory) {
      throw new Error(`the member ${name} is not what the directory says`);
    }
    if (members.has(name)) {
      throw new Error(`the member ${name} comes twice`);
    }
    members.set(name, bytes.subarray(start, next));
    at += 46 + long;
  }
  if (next !== directory || at !== end) {
    throw new Error("there are bytes in the archive that belong to no member");
  }
  return members;
}

// The bundle that a report carries: the embedded file of a PDF that is an archive (ISO 32000-2 §7.11.4).
export async function bundleInside(bytes) {
  const text = Array.from({ length: Math.ceil(bytes.length / 65536) }, (_, place) =>
    String.fromCharCode(...bytes.subarray(place * 65536, (place + 1) * 65536)),
  ).join("");
  for (const found of text.matchAll(/\/EmbeddedFile\b/g)) {
    const begin = text.lastIndexOf(" obj", found.index);
    const stream = text.indexOf("stream", found.index);
    const head = text.slice(begin, stream);
    const start = stream + (text[stream + 6] === "\r" ? 8 : 7);
    const size = lengthOf(text, head);
    if (begin < 0 || stream < 0 || size === null) {
      continue;
    }
    let raw = bytes.subarray(start, start + size);
    if (/\/FlateDecode\b/.test(head)) {
      raw = await inflated(raw);
    }
    if (raw.length > 4 && raw[0] === 0x50 && raw[1] === 0x4b) {
      return raw;
    }
  }
  throw new Error("the PDF carries no bundle");
}

function lengthOf(text, head) {
  const said = /\/Length (\d+)(?: (\d+) R)?/.exec(head);
  if (said === null) {
    return null;
  }
  if (said[2] === undefined) {
    return Number(said[1]);
  }
  const elsewhere = new RegExp(`(?:^|[\\r\\n])${said[1]} ${said[2]} obj\\s+(\\d+)\\s+endobj`).exec(text);
  return elsewhere === null ? null : Number(elsewhere[1]);
}

async function inflated(raw) {
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export async function leafHash(line) {
  return sha256(joined(Uint8Array.of(0), line));
}

export async function nodeHash(left, right) {
  return sha256(joined(Uint8Array.of(1), left, right));
}

// The root over leaf hashes (RFC 9162 §2.1.1): a stack of whole trees, folded from the right at the end.
export async function rootOf(leaves) {
  const stack = [];
  for (const leaf of leaves) {
    let node = { hash: leaf, height: 0 };
    while (stack.length && stack.at(-1).height === node.height) {
      const left = stack.pop();
      node = { hash: await nodeHash(left.hash, node.hash), height: node.height + 1 };
    }
    stack.push(node);
  }
  if (!stack.length) {
    return sha256(new Uint8Array());
  }
  let root = stack.pop().hash;
  while (stack.length) {
    root = await nodeHash(stack.pop().hash, root);
  }
  return root;
}

// The root to which an inclusion proof leads (RFC 9162 §2.1.3.2); null where it has too many or too few hashes.
export async function climbed({ leaf, index, size, hashes }) {
  let place = index;
  let last = size - 1;
  let node = leaf;
  for (const hash of hashes) {
    if (last === 0) {
      return null;
    }
    if (place % 2 === 1 || place === last) {
      node = await nodeHash(hash, node);
      while (place % 2 === 0 && place !== 0) {
        place = Math.floor(place / 2);
        last = Math.floor(last / 2);
      }
    } else {
      node = await nodeHash(node, hash);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? node : null;
}

// A signed note: its text, and what is said to be under it (C2SP signed-note).
export function openNote(bytes) {
  const text = textOf(bytes);
  const split = text.lastIndexOf("\n\n");
  if (split < 0 || !text.endsWith("\n")) {
    throw new Error("the checkpoint is no signed note");
  }
  const signatures = text
    .slice(split + 2, -1)
    .split("\n")
    .map((line) => {
      const found = /^— (\S+) (\S+)$/.exec(line);
      if (found === null) {
        throw new Error("a signature line of the checkpoint is broken");
      }
      const value = fromBase64(found[2]);
      return { name: found[1], id: value.subarray(0, 4), value: value.subarray(4) };
    });
  const body = text.slice(0, split + 1);
  const lines = body.split("\n");
  if (!/^(0|[1-9][0-9]{0,15})$/.test(lines[1] ?? "") || lines[2] === undefined) {
    throw new Error("the checkpoint does not say size and root");
  }
  return { text: utf8(body), origin: lines[0], size: Number(lines[1]), root: fromBase64(lines[2]), signatures };
}

// A verifier key of a policy: name+id+key (C2SP signed-note).
export async function verifierKey(text) {
  const [name, id, encoded] = text.split("+", 2).concat(text.split("+").slice(2).join("+"));
  const material = fromBase64(encoded);
  const digest = await sha256(joined(utf8(`${name}\n`), material));
  if (!alike(digest.subarray(0, 4), Uint8Array.from(id.match(/../g).map((pair) => parseInt(pair, 16))))) {
    throw new Error(`the id of the key of ${name} is not that of its name and key`);
  }
  return { name, id: digest.subarray(0, 4), type: material[0], raw: material.subarray(1) };
}

export async function verifies({ algorithm, key, signature, message }) {
  const [how, imported] =
    algorithm === "ES256"
      ? [{ name: "ECDSA", hash: "SHA-256" }, { name: "ECDSA", namedCurve: "P-256" }]
      : [{ name: "Ed25519" }, { name: "Ed25519" }];
  const format = key instanceof Uint8Array ? "raw" : "jwk";
  const known = await crypto.subtle.importKey(format, key, imported, false, ["verify"]);
  return crypto.subtle.verify(how, known, signature, message);
}

// The thumbprint of a key (RFC 7638; RFC 9964 for ML-DSA).
export async function thumbprint(jwk) {
  const members = { OKP: ["crv", "kty", "x"], EC: ["crv", "kty", "x", "y"], AKP: ["alg", "kty", "pub"] }[jwk.kty];
  const needed = Object.fromEntries(members.map((name) => [name, jwk[name]]));
  return base64url(await sha256(utf8(canonical(needed))));
}

// A statement as it was signed; its signature is not looked at here.
export function openStatement(raw) {
  const parts = textOf(raw).split(".");
  if (parts.length !== 3) {
    throw new Error("a statement is no compact JWS");
  }
  const header = fromCanonical(fromBase64url(parts[0]));
  if (Object.keys(header).join() !== "alg,kid,typ" || header.typ !== "pledger+jws") {
    throw new Error("the protected header of a statement is not exactly alg, kid and typ");
  }
  return {
    header,
    payload: fromCanonical(fromBase64url(parts[1])),
    message: utf8(`${parts[0]}.${parts[1]}`),
    signature: fromBase64url(parts[2]),
  };
}

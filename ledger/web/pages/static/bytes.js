// Bytes, their spellings and their digests: what everything that is signed or hashed in a page goes through.
// Source: RFC 4648, RFC 8785, FIPS 180-4.

const encoder = new TextEncoder();

export function utf8(text) {
  return encoder.encode(text);
}

export function textOf(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function alike(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function nameOf(bytes) {
  return `sha256:${hex(await sha256(bytes))}`;
}

export function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

export function base64url(bytes) {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// Only the spelling that the encoder writes is read, so that equal bytes are equal texts.
export function fromBase64(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  if (base64(bytes) !== text) {
    throw new Error("a Base64 text is not in its one spelling");
  }
  return bytes;
}

export function fromBase64url(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = fromBase64(plain + "=".repeat((4 - (plain.length % 4)) % 4));
  if (base64url(bytes) !== text) {
    throw new Error("a Base64url text is not in its one spelling");
  }
  return bytes;
}

// The RFC 8785 form; numbers are whole numbers, as everywhere in what is signed (design §2.1).
export function canonical(value) {
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw new Error(`${value} is no whole number that can be signed`);
    }
    return String(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

// JSON as it is signed: what is not in its one spelling is refused. A name that comes twice is not in it either.
export function fromCanonical(bytes) {
  const text = textOf(bytes);
  const value = JSON.parse(text);
  if (canonical(value) !== text) {
    throw new Error("a text is not in the canonical form of JSON");
  }
  return value;
}

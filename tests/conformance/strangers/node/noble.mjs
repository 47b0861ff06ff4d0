// Driver of @noble/post-quantum and @noble/curves: ML-DSA-44, Ed25519 and P-256 in plain JavaScript.
//
// They know no notes and no JWS, so their frames are read by line.mjs and here.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { check, decode, loadModule, readKeys, readNote, readText, serve } from './line.mjs';

const number = (value) => {
  const raw = Buffer.alloc(8);
  raw.writeBigUInt64BE(BigInt(value));
  return raw;
};
const short = (text) => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);

// Base64url in its one spelling.
const decodeUrl = (text) => {
  const raw = Buffer.from(text, 'base64url');
  check(raw.toString('base64url') === text, 'base64url in another spelling');
  return raw;
};

await serve('noble', async () => {
  const { ml_dsa44: mldsa } = await loadModule('@noble/post-quantum/ml-dsa.js');
  const { ed25519 } = await loadModule('@noble/curves/ed25519.js');
  const { p256 } = await loadModule('@noble/curves/nist.js');
  const strict = { zip215: false };

  // What a signature of a type signs (C2SP tlog-cosignature).
  const message = (key, text, at) => {
    if (key.type === 1) return Buffer.from(text);
    if (key.type === 4) return Buffer.from(`cosignature/v1\ntime ${at}\n${text}`);
    const [origin, size, root] = text.split('\n');
    check(/^(0|[1-9][0-9]*)$/.test(size ?? ''), 'a size in another spelling');
    const parts = [Buffer.from('subtree/v1\n\0'), short(key.name), number(at), short(origin), number(0), number(size)];
    return Buffer.concat([...parts, decode(root)]);
  };

  const verify = (key, text, value) => {
    const at = key.type === 1 ? 0n : value.readBigUInt64BE();
    const signature = key.type === 1 ? value : value.subarray(8);
    const signed = message(key, text, at);
    return key.type === 6 ? mldsa.verify(signature, signed, key.raw) : ed25519.verify(signature, signed, key.raw, strict);
  };

  return {
    packages: ['@noble/post-quantum', '@noble/curves'],
    covers: ['1', '4', '6', 'Ed25519', 'ES256', 'ML-DSA-44'],
    judges: {
      checkpoint: (path, file) => {
        const keys = readKeys(path, 1, 4, 6);
        const note = readNote(readText(file));
        const signed = new Set();
        for (const one of note.signatures) {
          const key = keys.find((known) => known.name === one.name && known.id.equals(one.id));
          if (!key) continue;
          check(verify(key, note.text, one.value), `a bad signature of ${key.name}`);
          signed.add(key);
        }
        check(signed.size === keys.length, 'a known key did not sign');
      },
      statement: (path, file) => {
        const jwk = JSON.parse(readFileSync(path));
        const parts = readText(file).split('.');
        check(parts.length === 3, 'not a JWS');
        const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
        const signature = decodeUrl(parts[2]);
        if (jwk.kty === 'EC') {
          const point = Buffer.concat([Buffer.from([4]), decodeUrl(jwk.x), decodeUrl(jwk.y)]);
          const hash = createHash('sha256').update(signed).digest();
          check(p256.verify(signature, hash, point, { lowS: false, prehash: false }), 'a bad signature');
        } else if (jwk.kty === 'OKP') {
          check(ed25519.verify(signature, signed, decodeUrl(jwk.x), strict), 'a bad signature');
        } else {
          check(mldsa.verify(signature, signed, decodeUrl(jwk.pub)), 'a bad signature');
        }
      },
    },
  };
});

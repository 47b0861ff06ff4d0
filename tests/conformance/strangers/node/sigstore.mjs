// Driver of @sigstore/verify: the checkpoints and the Merkle proofs of sigstore-js.

import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { load, readKeys, readProof, readText, serve } from './line.mjs';

await serve('sigstore-js', async () => {
  const main = load.resolve('@sigstore/verify');
  const inside = (path) => load(main.replace(/index\.js$/, path));
  const { verifyCheckpoint } = inside('tlog/checkpoint.js');
  const { verifyMerkleInclusion } = inside('tlog/merkle.js');

  // A checkpoint that the log signed.
  const opened = (keys, envelope) => {
    const [key] = readKeys(keys, 1);
    const x = key.raw.toString('base64url');
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const log = { logID: key.id, baseURL: key.name, publicKey };
    return verifyCheckpoint({ inclusionProof: { checkpoint: { envelope } } }, [log]);
  };

  return {
    packages: ['@sigstore/verify', '@sigstore/core'],
    covers: ['1'],
    judges: {
      checkpoint: (keys, path) => opened(keys, readText(path)),
      proof: (keys, path, entry) => {
        const proof = readProof(path);
        const inclusionProof = { logIndex: proof.index, hashes: proof.hashes };
        const checkpoint = opened(keys, proof.checkpoint);
        verifyMerkleInclusion({ inclusionProof, canonicalizedBody: readFileSync(entry) }, checkpoint);
      },
    },
  };
});

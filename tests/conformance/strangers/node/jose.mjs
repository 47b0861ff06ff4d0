// Driver of jose: its reader of JWS in compact serialisation. (ML-DSA-44 it leaves to the platform: Node 24 and later.)

import { readFileSync } from 'node:fs';

import { loadModule, readText, serve } from './line.mjs';

const ALGORITHMS = { EC: ['ES256'], OKP: ['Ed25519', 'EdDSA'], AKP: ['ML-DSA-44'] };

await serve('jose', async () => {
  const { compactVerify, importJWK } = await loadModule('jose');
  const covers = ['Ed25519', 'ES256'];
  if (Number(process.versions.node.split('.')[0]) >= 24) covers.push('ML-DSA-44');
  return {
    packages: ['jose'],
    covers,
    judges: {
      statement: async (path, file) => {
        const jwk = JSON.parse(readFileSync(path));
        const algorithms = ALGORITHMS[jwk.kty];
        await compactVerify(readText(file), await importJWK(jwk, algorithms[0]), { algorithms });
      },
    },
  };
});

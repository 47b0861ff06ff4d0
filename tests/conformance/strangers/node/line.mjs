// The line protocol of the strangers, for drivers in JavaScript (docs/strangers.md), and the frames around what they
// judge.
//
// Where a stranger has no reader of its own for a frame (the lines of a note or a proof), the frame is read here, as
// strictly as its specification says, and the stranger judges what is in it. PLEDGER_STRANGERS names the folder in which
// node_modules is.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const folder = join(process.env.PLEDGER_STRANGERS ?? '.', 'x.cjs');

/** Loads a module from the folder of strangers, whatever its package exports. */
export const load = createRequire(folder);

/** Loads an ES module from the folder of strangers. */
export const loadModule = (name) => import(pathToFileURL(load.resolve(name)));

/** The version of a package there. */
export const version = (name) =>
  JSON.parse(readFileSync(join(process.env.PLEDGER_STRANGERS ?? '.', 'node_modules', name, 'package.json'))).version;

const say = (...words) => console.log(words.map((word) => word.replace(/[\t\r\n]/g, ' ')).join('\t'));

/** Answers until the input ends; `begin` returns packages, what is covered, and a judge for each verb. */
export async function serve(name, begin) {
  let found;
  try {
    found = await begin();
  } catch (error) {
    say('absent', name, 'JavaScript', String(error.message).split('\n')[0].slice(0, 200));
    return;
  }
  const versions = found.packages.map((one) => `${one} ${version(one)}`).join(', ');
  say('stranger', name, 'JavaScript', versions, found.covers.join(','), Object.keys(found.judges).join(','));
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb, ...words] = line.split('\t');
    if (!Object.hasOwn(found.judges, verb)) {
      say('pass');
      continue;
    }
    try {
      await found.judges[verb](...words);
      say('accept');
    } catch (error) {
      say('reject', `${error.name}: ${error.message}`.slice(0, 200));
    }
  }
}

/** Throws unless something is so. */
export function check(isSo, words) {
  if (!isSo) throw new Error(words);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a file, which has to be UTF-8. */
export const readText = (path) => decoder.decode(readFileSync(path));

/** The verifier keys of a file that are of some types. */
export const readKeys = (path, ...types) =>
  readText(path)
    .trim()
    .split('\n')
    .map((text) => {
      const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text);
      const material = Buffer.from(encoded, 'base64');
      return { text, name, id: Buffer.from(id, 'hex'), type: material[0], raw: material.subarray(1) };
    })
    .filter((key) => types.includes(key.type));

/** Base64 in its one spelling. */
export function decode(text) {
  const raw = Buffer.from(text, 'base64');
  check(raw.toString('base64') === text, 'base64 in another spelling');
  return raw;
}

/** The text and the signatures of a note (C2SP signed-note). */
export function readNote(text) {
  const split = text.lastIndexOf('\n\n');
  check(split >= 0 && text.endsWith('\n') && !/[\x00-\x09\x0b-\x1f]/.test(text), 'not a note');
  const signatures = text
    .slice(split + 2, -1)
    .split('\n')
    .map((line) => {
      const parts = /^— ([^+\s]+) (\S+)$/u.exec(line);
      check(parts, 'not a signature line');
      const value = decode(parts[2]);
      check(value.length > 4, 'a signature line without a signature');
      return { name: parts[1], id: value.subarray(0, 4), value: value.subarray(4) };
    });
  return { text: text.slice(0, split + 1), signatures };
}

/** The lines of a C2SP tlog-proof. */
export function readProof(path) {
  const text = readText(path);
  const blank = text.indexOf('\n\n');
  const [first, line, ...hashes] = text.slice(0, Math.max(blank, 0)).split('\n');
  const index = /^index (0|[1-9][0-9]*)$/.exec(line ?? '');
  check(blank >= 0 && first === 'c2sp.org/tlog-proof@v1' && index, 'not the lines of a tlog-proof');
  return { index: index[1], hashes: hashes.map(decode), checkpoint: text.slice(blank + 2) };
}

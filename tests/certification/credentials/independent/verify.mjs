// Verifies an issued credential with libraries that this project has no part in. No network:
// every document comes from the folder that is given. Prints one JSON line per check.
import {createHash, createPublicKey, verify as verifySignature} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import * as vc from '@digitalbazaar/vc';
import * as credentialsContext from '@digitalbazaar/credentials-context';
import * as didContext from 'did-context';
import * as multikeyContext from '@digitalbazaar/multikey-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {createLocalJWKSet, compactVerify} from 'jose';
import * as base58 from 'base58-universal';
import canonicalize from 'canonicalize';

const folder = process.argv[2];
const read = name => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const [credential, bundle, files] = ['credential.json', 'bundle.json', 'contexts.json'].map(read);
const token = readFileSync(join(folder, 'token.jwt'), 'utf8');

const documents = new Map(Object.entries(files));
for(const module of [credentialsContext, didContext, multikeyContext]) {
  for(const [url, context] of module.contexts ?? module.default.contexts) {
    documents.set(url, context);
  }
}
documents.set(bundle.did.id, bundle.did);
for(const method of bundle.did.verificationMethod) {
  documents.set(method.id, {'@context': 'https://w3id.org/security/multikey/v1', ...method});
}
for(const [url, list] of Object.entries(bundle.status_lists)) {
  documents.set(url, list);
}

async function documentLoader(url) {
  if(!documents.has(url)) {
    throw new Error(`${url} is not in the folder`);
  }
  return {contextUrl: null, documentUrl: url, document: structuredClone(documents.get(url))};
}

async function graphProof() {
  const suite = new DataIntegrityProof({cryptosuite});
  
  let set = false;
  const result = await vc.verifyCredential({
    credential, suite, documentLoader,
    checkStatus: async options => {
      const found = await checkStatus({
        ...options, documentLoader, suite,
      });
      set = found.results.some(item => item.status);
      return found;
    },
  });
  return {verified: result.verified, set, error: text(result.error)};
}

function text(error) {
  return error ? [error, ...(error.errors ?? [])].map(String).join(' | ') : undefined;
}

function textProof() {
  const {proof: proofs, ...bare} = credential;
  const {proofValue, ...options} = proofs[1];
  const hash = value => createHash('sha256').update(canonicalize(value)).digest();
  const method = bundle.did.verificationMethod.find(it => it.id === options.verificationMethod);
  const raw = base58.decode(method.publicKeyMultibase.slice(1)).slice(2);
  const key = createPublicKey({
    key: {kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url')}, format: 'jwk',
  });
  const signature = base58.decode(proofValue.slice(1));
  return {verified: verifySignature(null, Buffer.concat([hash(options), hash(bare)]), key, signature)};
}

async function tokenSignature() {
  try {
    const {payload} = await compactVerify(token, createLocalJWKSet(bundle.jwks));
    const {id} = JSON.parse(new TextDecoder().decode(payload));
    return {verified: id === credential.id};
  } catch(error) {
    return {verified: false, error: String(error)};
  }
}

console.log(JSON.stringify({
  graph: await graphProof(), text: textProof(), token: await tokenSignature(),
}));

/* Passkeys: what the browser's own interface takes and gives, as the API has it. */

/**
 * @typedef {{challenge: string, rp_id: string, ids?: string[]}} Offer
 * @typedef {import('../../schemas.d.ts').SignInPasskeyBody} Answer
 * @typedef {import('../../schemas.d.ts').PasskeyOffer} NewOffer
 * @typedef {Omit<import('../../schemas.d.ts').PasskeyBody, 'name'>} Made
 */

const MINUTES = 2;

/* of COSE: ES256, EdDSA, RS256 */
const ALGORITHMS = [-7, -8, -257];


/** Whether this browser has them, on this page. */
export function passkeysWork() {
    return window.isSecureContext
        && typeof window.PublicKeyCredential === 'function';
}


/** @param {string} text */
function bytes(text) {
    const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));

    return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}


/** @param {ArrayBuffer} buffer */
function encoded(buffer) {
    return btoa(String.fromCharCode(...new Uint8Array(buffer)))
        .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}


/** @param {string[] | undefined} ids */
const named = (ids) => (ids ?? []).map((id) => ({
    type: /** @type {const} */ ('public-key'), id: bytes(id) }));


/**
 * What the browser gives, or null where its user gave up, had no passkey, or
 * took too long.
 *
 * @param {() => Promise<Credential | null>} ask
 */
async function asked(ask) {
    try {
        return /** @type {PublicKeyCredential | null} */ (await ask());
    } catch (error) {
        if (error instanceof DOMException) {
            return null;
        }

        throw error;
    }
}


/**
 * Prove oneself: behind a password by one of the ids, alone by any.
 *
 * @param {Offer} offer
 * @param {boolean} [alone]  no password stands before it, so the device has to
 *     know who it is
 * @returns {Promise<Answer | null>}
 */
export async function answerOf(offer, alone = !offer.ids) {
    const got = await asked(() => navigator.credentials.get({ publicKey: {
        challenge: bytes(offer.challenge), rpId: offer.rp_id,
        allowCredentials: named(offer.ids), timeout: MINUTES * 60000,
        userVerification: alone ? 'required' : 'preferred' } }));

    if (!got) {
        return null;
    }

    const response = /** @type {AuthenticatorAssertionResponse} */ (
        got.response);

    return { passkey: encoded(got.rawId),
        client_data: encoded(response.clientDataJSON),
        authenticator_data: encoded(response.authenticatorData),
        signature: encoded(response.signature) };
}


/**
 * Make one.
 *
 * @param {NewOffer} offer
 * @returns {Promise<Made | null>}
 */
export async function makePasskey(offer) {
    const got = await asked(() => navigator.credentials.create({ publicKey: {
        challenge: bytes(offer.challenge),
        rp: { id: offer.rp_id, name: offer.rp_name || offer.rp_id },
        user: { id: bytes(offer.user_id), name: offer.account,
            displayName: offer.name || offer.account },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({
            type: /** @type {const} */ ('public-key'), alg })),
        excludeCredentials: named(offer.ids), timeout: MINUTES * 60000,
        authenticatorSelection: { residentKey: 'preferred',
            userVerification: 'preferred' },
        attestation: 'none' } }));

    if (!got) {
        return null;
    }

    const response = /** @type {AuthenticatorAttestationResponse} */ (
        got.response);
    const key = response.getPublicKey();

    return key && { id: encoded(got.rawId),
        client_data: encoded(response.clientDataJSON),
        authenticator_data: encoded(response.getAuthenticatorData()),
        public_key: encoded(key),
        algorithm: response.getPublicKeyAlgorithm() };
}

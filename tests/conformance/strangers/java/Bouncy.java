// Driver of Bouncy Castle: Ed25519 and P-256, and its reader and verifier of RFC 3161 timestamps.
//
// It knows no notes and no JWS, so their frames are read here, as strictly as their specifications say.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.util.Selector;

public final class Bouncy {
    private record Key(String name, byte[] id, int type, byte[] raw) {}

    private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

    public static void main(String[] arguments) throws Exception {
        say("stranger", "Bouncy Castle", "Java", "bcprov " + PROVIDER.getVersionStr(), "1,4,Ed25519,ES256",
                "checkpoint,statement,timestamp");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split("\t");
            try {
                switch (words[0]) {
                    case "checkpoint" -> judgeCheckpoint(words[1], words[2]);
                    case "statement" -> judgeStatement(words[1], words[2]);
                    case "timestamp" -> judgeTimestamp(words[1], words[2], words[3]);
                    default -> {
                        say("pass");
                        continue;
                    }
                }
                say("accept");
            } catch (Exception | StackOverflowError error) {
                say("reject", String.valueOf(error));
            }
        }
    }

    private static void say(String... words) {
        List<String> clean = new ArrayList<>();
        for (String word : words) {
            clean.add(word.replaceAll("[\\t\\r\\n]", " "));
        }
        System.out.println(String.join("\t", clean));
        System.out.flush();
    }

    private static void check(boolean isSo, String words) {
        if (!isSo) {
            throw new IllegalArgumentException(words);
        }
    }

    private static byte[] read(String path) throws Exception {
        return Files.readAllBytes(Path.of(path));
    }

    private static String text(String path) throws Exception {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(read(path))).toString();
    }

    private static byte[] decode(String text, boolean isUrl) {
        byte[] raw = (isUrl ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
        String again = isUrl ? Base64.getUrlEncoder().withoutPadding().encodeToString(raw)
                : Base64.getEncoder().encodeToString(raw);
        check(again.equals(text), "base64 in another spelling");
        return raw;
    }

    private static List<Key> keys(String path) throws Exception {
        List<Key> found = new ArrayList<>();
        for (String line : text(path).split("\n")) {
            String[] parts = line.split("\\+", 3);
            byte[] material = decode(parts[2], false);
            byte[] id = ByteBuffer.allocate(4).putInt((int) Long.parseLong(parts[1], 16)).array();
            if (material[0] == 1 || material[0] == 4) {
                found.add(new Key(parts[0], id, material[0], Arrays.copyOfRange(material, 1, material.length)));
            }
        }
        return found;
    }

    private static boolean verify(byte[] key, byte[] message, byte[] signature) {
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(false, new Ed25519PublicKeyParameters(key, 0));
        signer.update(message, 0, message.length);
        return signer.verifySignature(signature);
    }

    private static void judgeCheckpoint(String path, String file) throws Exception {
        List<Key> keys = keys(path);
        String note = text(file);
        int split = note.lastIndexOf("\n\n");
        check(split >= 0 && note.endsWith("\n") && !Pattern.compile("[\\x00-\\x09\\x0b-\\x1f]").matcher(note).find(),
                "not a note");
        String signed = note.substring(0, split + 1);
        Pattern form = Pattern.compile("— ([^+\\s]+) (\\S+)", Pattern.UNICODE_CHARACTER_CLASS);
        Set<Key> signers = new HashSet<>();
        for (String line : note.substring(split + 2, note.length() - 1).split("\n", -1)) {
            Matcher parts = form.matcher(line);
            check(parts.matches(), "not a signature line");
            byte[] value = decode(parts.group(2), false);
            check(value.length > 4, "a signature line without a signature");
            for (Key key : keys) {
                if (!key.name.equals(parts.group(1)) || !Arrays.equals(key.id, Arrays.copyOf(value, 4))) {
                    continue;
                }
                byte[] message = signed.getBytes(StandardCharsets.UTF_8);
                byte[] signature = Arrays.copyOfRange(value, 4, value.length);
                if (key.type == 4) {
                    check(signature.length > 8, "a cosignature without a time");
                    long at = ByteBuffer.wrap(signature).getLong();
                    message = ("cosignature/v1\ntime " + Long.toUnsignedString(at) + "\n" + signed)
                            .getBytes(StandardCharsets.UTF_8);
                    signature = Arrays.copyOfRange(signature, 8, signature.length);
                }
                check(verify(key.raw, message, signature), "a bad signature of " + key.name);
                signers.add(key);
            }
        }
        check(signers.size() == keys.size(), "a known key did not sign");
    }

    private static String member(String jwk, String name) {
        Matcher found = Pattern.compile("\"" + name + "\": *\"([^\"]*)\"").matcher(jwk);
        check(found.find(), "no member " + name);
        return found.group(1);
    }

    private static void judgeStatement(String path, String file) throws Exception {
        String jwk = text(path);
        String[] parts = text(file).split("\\.", -1);
        check(parts.length == 3, "not a JWS");
        byte[] message = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.UTF_8);
        byte[] signature = decode(parts[2], true);
        if (member(jwk, "kty").equals("OKP")) {
            check(verify(decode(member(jwk, "x"), true), message, signature), "a bad signature");
            return;
        }
        check(signature.length == 64, "a signature of another length");
        X9ECParameters curve = ECNamedCurveTable.getByName("P-256");
        BigInteger x = new BigInteger(1, decode(member(jwk, "x"), true));
        BigInteger y = new BigInteger(1, decode(member(jwk, "y"), true));
        ECDSASigner signer = new ECDSASigner();
        ECDomainParameters domain = new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
        signer.init(false, new ECPublicKeyParameters(curve.getCurve().createPoint(x, y), domain));
        BigInteger r = new BigInteger(1, Arrays.copyOf(signature, 32));
        BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(message);
        check(signer.verifySignature(hash, r, s), "a bad signature");
    }

    @SuppressWarnings("unchecked")
    private static void judgeTimestamp(String root, String stamp, String data) throws Exception {
        X509CertificateHolder anchor = (X509CertificateHolder) new PEMParser(new StringReader(text(root))).readObject();
        TimeStampResponse response = new TimeStampResponse(read(stamp));
        check(response.getStatus() == 0, "not granted");
        TimeStampToken token = response.getTimeStampToken();
        Selector<X509CertificateHolder> signer = token.getSID();
        X509CertificateHolder leaf = token.getCertificates().getMatches(signer).iterator().next();
        check(leaf.isSignatureValid(new JcaContentVerifierProviderBuilder().setProvider(PROVIDER).build(anchor)),
                "the certificate is not of the root");
        token.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider(PROVIDER).build(leaf));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(read(data));
        check(Arrays.equals(hash, token.getTimeStampInfo().getMessageImprintDigest()), "of other bytes");
    }
}

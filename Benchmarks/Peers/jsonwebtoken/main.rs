//! Rust's jsonwebtoken, as its documentation has it used.

use jsonwebtoken::{decode, encode, Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::io::BufRead;
use std::time::Instant;

#[derive(Serialize, Deserialize, Clone)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: u64,
    iat: u64,
    jti: String,
    scope: String,
}

struct Library {
    name: &'static str,
    header: Header,
    validation: Validation,
    signing: EncodingKey,
    key: DecodingKey,
    claims: Claims,
    tokens: Vec<String>,
}

impl Library {
    fn new(name: &'static str, folder: &str) -> Self {
        let read = |name: String| std::fs::read(format!("{folder}/{name}")).expect("a file");
        let private = || read(format!("{name}.pem"));
        let public = || read(format!("{name}.pub.pem"));
        let (algorithm, signing, key) = match name {
            "HS256" => {
                let secret = read("HS256.key".into());
                (Algorithm::HS256, EncodingKey::from_secret(&secret), DecodingKey::from_secret(&secret))
            }
            "ES256" => (
                Algorithm::ES256,
                EncodingKey::from_ec_pem(&private()).expect("a key"),
                DecodingKey::from_ec_pem(&public()).expect("a key"),
            ),
            "EdDSA" => (
                Algorithm::EdDSA,
                EncodingKey::from_ed_pem(&private()).expect("a key"),
                DecodingKey::from_ed_pem(&public()).expect("a key"),
            ),
            _ => (
                Algorithm::RS256,
                EncodingKey::from_rsa_pem(&private()).expect("a key"),
                DecodingKey::from_rsa_pem(&public()).expect("a key"),
            ),
        };
        let claims: Claims = serde_json::from_slice(&read("claims.json".into())).expect("claims");
        let mut validation = Validation::new(algorithm);
        validation.leeway = 0;
        validation.set_issuer(&[&claims.iss]);
        validation.set_audience(&[&claims.aud]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        let tokens = String::from_utf8(read(format!("{name}.tokens"))).expect("tokens");
        let tokens = tokens.lines().map(String::from).collect();
        Library { name, header: Header::new(algorithm), validation, signing, key, claims, tokens }
    }

    fn sign(&self) -> String {
        encode(&self.header, &self.claims, &self.signing).expect("a token")
    }

    fn verify(&self, token: &str) -> Option<Claims> {
        decode::<Claims>(token, &self.key, &self.validation).ok().map(|data| data.claims)
    }

    fn measure(&self, command: &str, count: usize) -> f64 {
        let start = Instant::now();
        for round in 0..count {
            if command == "sign" {
                std::hint::black_box(self.sign());
            } else {
                let token = &self.tokens[round % self.tokens.len()];
                std::hint::black_box(self.verify(token).expect("a good token is accepted"));
            }
        }
        start.elapsed().as_nanos() as f64 / count as f64
    }
}

fn main() {
    let folder = std::env::args().nth(1).expect("the folder");
    let libraries: Vec<Library> =
        ["HS256", "ES256", "EdDSA", "RS256"].into_iter().map(|name| Library::new(name, &folder)).collect();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let words: Vec<&str> = line.split(' ').collect();
        let library = || libraries.iter().find(|library| library.name == words[1]).expect("an algorithm");
        match words[0] {
            "version" => println!("{}", option_env!("PEER_VERSION").unwrap_or("?")),
            "algorithms" => println!("HS256 ES256 EdDSA RS256"),
            "token" => println!("{}", library().sign()),
            "check" => {
                let is_accepted = library().verify(words[2]).is_some();
                println!("{}", if is_accepted { "accepted" } else { "refused" });
            }
            command => println!("{}", library().measure(command, words[2].parse().expect("a number"))),
        }
    }
}

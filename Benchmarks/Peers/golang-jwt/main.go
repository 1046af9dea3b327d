// golang-jwt, as its documentation has it used.
package main

import (
	"bufio"
	"crypto"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt"
)

// The claims in the library's types.
type claims struct {
	jwt.RegisteredClaims
	Scope string `json:"scope"`
}

type library struct {
	method       jwt.SigningMethod
	signing, key interface{}
	parser       *jwt.Parser
	tokens       []string
}

var (
	own    claims
	folder = os.Args[1]
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(name string) []byte {
	bytes, err := os.ReadFile(folder + "/" + name)
	must(err)
	return bytes
}

func load(algorithm string) *library {
	one := &library{method: jwt.GetSigningMethod(algorithm)}
	one.parser = jwt.NewParser(jwt.WithValidMethods([]string{algorithm}))
	one.tokens = strings.Fields(string(read(algorithm + ".tokens")))
	var err, second error
	switch algorithm {
	case "HS256":
		one.signing = read("HS256.key")
		one.key = one.signing
	case "ES256":
		one.signing, err = jwt.ParseECPrivateKeyFromPEM(read("ES256.pem"))
		one.key, second = jwt.ParseECPublicKeyFromPEM(read("ES256.pub.pem"))
	case "EdDSA":
		var key crypto.PrivateKey
		key, err = jwt.ParseEdPrivateKeyFromPEM(read("EdDSA.pem"))
		one.signing = key
		one.key, second = jwt.ParseEdPublicKeyFromPEM(read("EdDSA.pub.pem"))
	default:
		one.signing, err = jwt.ParseRSAPrivateKeyFromPEM(read("RS256.pem"))
		one.key, second = jwt.ParseRSAPublicKeyFromPEM(read("RS256.pub.pem"))
	}
	must(err)
	must(second)
	return one
}

func (one *library) sign() string {
	token, err := jwt.NewWithClaims(one.method, &own).SignedString(one.signing)
	must(err)
	return token
}

// Signature and exp are checked by the parser; this version leaves iss and aud to its user.
func (one *library) verify(token string) bool {
	var found claims
	_, err := one.parser.ParseWithClaims(token, &found, func(*jwt.Token) (interface{}, error) { return one.key, nil })
	return err == nil && found.ExpiresAt != nil && found.VerifyIssuer(own.Issuer, true) &&
		found.VerifyAudience(own.Audience[0], true) && found.Subject != ""
}

func (one *library) measure(command string, count int) float64 {
	start := time.Now()
	for round := 0; round < count; round++ {
		if command == "sign" {
			one.sign()
		} else if !one.verify(one.tokens[round%len(one.tokens)]) {
			must(fmt.Errorf("a good token is refused"))
		}
	}
	return float64(time.Since(start).Nanoseconds()) / float64(count)
}

func main() {
	// One audience is a string, as everybody else writes it.
	jwt.MarshalSingleStringAsArray = false
	must(json.Unmarshal(read("claims.json"), &own))
	libraries := map[string]*library{}
	names := []string{"HS256", "ES256", "EdDSA", "RS256"}
	for _, name := range names {
		libraries[name] = load(name)
	}
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		words := strings.Fields(input.Text())
		switch words[0] {
		case "version":
			fmt.Println(version + " (" + strings.Replace(runtime.Version(), "go", "Go ", 1) + ")")
		case "algorithms":
			fmt.Println(strings.Join(names, " "))
		case "token":
			fmt.Println(libraries[words[1]].sign())
		case "check":
			if libraries[words[1]].verify(words[2]) {
				fmt.Println("accepted")
			} else {
				fmt.Println("refused")
			}
		default:
			count, err := strconv.Atoi(words[2])
			must(err)
			fmt.Println(libraries[words[1]].measure(words[0], count))
		}
	}
}

// Set by the linker.
var version = "?"

// swift-tools-version: 6.2
import PackageDescription

// Traits keep a dependent's graph small. SwiftPM resolves the dependencies of products that a
// dependent never uses, unless a trait gates them: with `traits: []` only swift-crypto and
// swift-asn1 remain, which is all that `JOSE` and `TokenVerification` need. `OpenSSL` adds the algorithms
// that swift-crypto lacks, and libcrypto with them.
let hummingbird: TargetDependencyCondition? = .when(traits: ["Hummingbird"])
let openSSL: TargetDependencyCondition? = .when(traits: ["OpenSSL"])
let server: TargetDependencyCondition? = .when(traits: ["Server"])
let certificates: TargetDependencyCondition? = .when(traits: ["Certificates"])

let package = Package(
  name: "signet",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "JOSE", targets: ["JOSE"]),
    .library(name: "JOSECertificates", targets: ["JOSECertificates"]),
    .library(name: "TokenVerification", targets: ["TokenVerification"]),
    .library(name: "HummingbirdTokenVerification", targets: ["HummingbirdTokenVerification"]),
    .executable(name: "signet", targets: ["SignetCLI"]),
  ],
  traits: [
    .trait(name: "Certificates", description: "Chains of X.509 certificates: JOSECertificates"),
    .trait(name: "Hummingbird", description: "The middleware for Hummingbird applications"),
    .trait(
      name: "OpenSSL",
      description: "ES256K, Ed448, X448, RSA-OAEP-384 and RSA-OAEP-512, by the system's libcrypto"),
    .trait(
      name: "Server", description: "The authority: server and command line",
      enabledTraits: ["Hummingbird", "Certificates", "OpenSSL"]),
    .default(enabledTraits: ["Server"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.36.0"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(
      url: "https://github.com/apple/swift-configuration.git", from: "1.4.0",
      traits: [.defaults, "CommandLineArguments"]),
    .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
  ],
  targets: [
    .target(
      name: "JOSE",
      dependencies: [
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .target(name: "JOSEOpenSSL", condition: openSSL),
      ]),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .target(name: "JOSEOpenSSL", dependencies: ["COpenSSL"]),
    .target(
      name: "JOSECertificates",
      dependencies: [
        "JOSE", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates", condition: certificates),
      ]),
    .target(
      name: "TokenVerification",
      dependencies: ["JOSE", .product(name: "Crypto", package: "swift-crypto")]),
    .target(
      name: "HummingbirdTokenVerification",
      dependencies: [
        "JOSE", "TokenVerification",
        .product(name: "Hummingbird", package: "hummingbird", condition: hummingbird),
        .product(name: "HTTPTypes", package: "swift-http-types", condition: hummingbird),
        .product(name: "AsyncHTTPClient", package: "async-http-client", condition: hummingbird),
        .product(name: "NIOCore", package: "swift-nio", condition: hummingbird),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: hummingbird),
        .product(name: "NIOPosix", package: "swift-nio", condition: hummingbird),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: hummingbird),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: hummingbird),
        .product(name: "Logging", package: "swift-log", condition: hummingbird),
        .product(name: "Metrics", package: "swift-metrics", condition: hummingbird),
      ]),
    .target(
      name: "SignetAuthority",
      dependencies: [
        "JOSE", "TokenVerification", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(
      name: "SignetStorage",
      dependencies: [
        "SignetAuthority", "JOSE", "TokenVerification", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(
      name: "SignetSQLite",
      dependencies: [
        "SignetStorage", "SignetAuthority", "JOSE", "TokenVerification",
        .product(name: "GRDB", package: "GRDB.swift", condition: server),
        .product(name: "GRDBSQLite", package: "GRDB.swift", condition: server),
      ]),
    .systemLibrary(
      name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .target(
      name: "SignetPostgres",
      dependencies: ["SignetStorage", "SignetAuthority", "TokenVerification", "CLibPQ"]),
    .systemLibrary(
      name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"]), .brew(["argon2"])]),
    .target(name: "CPasswordList", exclude: ["passwords.txt"]),
    .target(
      name: "SignetServer",
      dependencies: [
        "SignetAuthority", "HummingbirdTokenVerification", "TokenVerification", "JOSE", "CArgon2",
        "CPasswordList",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird", condition: server),
        .product(name: "HummingbirdCore", package: "hummingbird", condition: server),
        .product(name: "HummingbirdHTTP2", package: "hummingbird", condition: server),
        .product(name: "HTTPTypes", package: "swift-http-types", condition: server),
        .product(name: "NIOCore", package: "swift-nio", condition: server),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: server),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras", condition: server),
        .product(name: "NIOPosix", package: "swift-nio", condition: server),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: server),
        .product(name: "NIOTLS", package: "swift-nio", condition: server),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: server),
        .product(name: "Logging", package: "swift-log", condition: server),
        .product(name: "Metrics", package: "swift-metrics", condition: server),
      ]),
    .systemLibrary(name: "CKernelClock"),
    .executableTarget(
      name: "SignetCLI",
      dependencies: [
        "JOSE", "CKernelClock", "HummingbirdTokenVerification", "SignetAuthority", "SignetPostgres",
        "SignetSQLite", "SignetServer", "SignetStorage",
        .product(name: "ArgumentParser", package: "swift-argument-parser", condition: server),
        .product(name: "Configuration", package: "swift-configuration", condition: server),
        .product(name: "Yams", package: "Yams", condition: server),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: server),
        .product(name: "UnixSignals", package: "swift-service-lifecycle", condition: server),
        .product(name: "Logging", package: "swift-log", condition: server),
      ]),

    // The example is a target here and not a package of its own, so that one build serves the demonstration;
    // a package of its own would build Hummingbird a second time. It imports what any user would.
    .executableTarget(
      name: "ResourceServer",
      dependencies: [
        "HummingbirdTokenVerification", "TokenVerification", "JOSE",
        .product(name: "Hummingbird", package: "hummingbird", condition: server),
        .product(name: "NIOCore", package: "swift-nio", condition: server),
        .product(name: "Logging", package: "swift-log", condition: server),
      ],
      path: "Examples/ResourceServer", exclude: ["README.md"]),

    // Code shared by test targets: vectors, seeds, fixtures.
    .target(
      name: "SignetTesting",
      dependencies: [
        "JOSE", "TokenVerification", "SignetAuthority",
        .product(name: "AsyncHTTPClient", package: "async-http-client", condition: server),
        .product(name: "NIOCore", package: "swift-nio", condition: server),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: server),
        .product(name: "NIOPosix", package: "swift-nio", condition: server),
      ],
      path: "Tests/SignetTesting"),
    .testTarget(
      name: "JOSETests",
      dependencies: [
        "JOSE", "SignetTesting", .product(name: "Crypto", package: "swift-crypto"),
        .target(name: "JOSEOpenSSL", condition: openSSL),
      ]),
    .testTarget(
      name: "JOSECertificatesTests",
      dependencies: [
        "JOSECertificates", "JOSE", "SignetTesting", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates", condition: certificates),
      ]),
    .testTarget(
      name: "TokenVerificationTests", dependencies: ["TokenVerification", "JOSE", "SignetTesting"]),
    .testTarget(
      name: "SignetAuthorityTests",
      dependencies: ["SignetAuthority", "SignetTesting", "TokenVerification", "JOSE"]),
    .testTarget(
      name: "HummingbirdTokenVerificationTests",
      dependencies: [
        "HummingbirdTokenVerification", "TokenVerification", "JOSE", "SignetTesting",
        .product(name: "Hummingbird", package: "hummingbird", condition: hummingbird),
        .product(name: "HummingbirdCore", package: "hummingbird", condition: hummingbird),
        .product(name: "HummingbirdTLS", package: "hummingbird", condition: hummingbird),
        .product(name: "HummingbirdTesting", package: "hummingbird", condition: hummingbird),
        .product(name: "HTTPTypes", package: "swift-http-types", condition: hummingbird),
        .product(name: "NIOCore", package: "swift-nio", condition: hummingbird),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: hummingbird),
        .product(name: "Logging", package: "swift-log", condition: hummingbird),
        .product(name: "InMemoryLogging", package: "swift-log", condition: hummingbird),
        .product(name: "Metrics", package: "swift-metrics", condition: hummingbird),
        .product(name: "MetricsTestKit", package: "swift-metrics", condition: hummingbird),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: hummingbird),
      ]),
    .testTarget(
      name: "StorageTests",
      dependencies: [
        "SignetStorage", "SignetSQLite", "SignetPostgres", "SignetTesting", "SignetAuthority",
        "TokenVerification", "JOSE",
        .product(name: "GRDB", package: "GRDB.swift", condition: server),
      ]),
    .testTarget(
      name: "SignetServerTests",
      dependencies: [
        "SignetServer", "SignetPostgres", "SignetSQLite", "SignetTesting",
        .product(name: "AsyncHTTPClient", package: "async-http-client", condition: server),
        .product(name: "GRDB", package: "GRDB.swift", condition: server),
        .product(name: "HTTPTypes", package: "swift-http-types", condition: server),
        .product(name: "NIOCore", package: "swift-nio", condition: server),
        .product(name: "NIOEmbedded", package: "swift-nio", condition: server),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: server),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras", condition: server),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras", condition: server),
        .product(name: "NIOPosix", package: "swift-nio", condition: server),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: server),
        .product(name: "NIOTLS", package: "swift-nio", condition: server),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: server),
        .product(name: "Logging", package: "swift-log", condition: server),
        .product(name: "Metrics", package: "swift-metrics", condition: server),
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "SignetCLI", "SignetServer", "SignetAuthority", "SignetPostgres", "JOSE", "SignetTesting",
        .product(name: "Logging", package: "swift-log", condition: server),
      ],
      exclude: ["Scripts"]),
    .testTarget(
      name: "InteropTests", dependencies: ["JOSE", "SignetCLI", "SignetTesting"],
      exclude: ["Peers"]),
    .testTarget(
      name: "JOSEInteropTests", dependencies: ["JOSE", "SignetTesting"], exclude: ["Peers"]),
    .testTarget(
      name: "FaultTests",
      dependencies: [
        "SignetCLI", "SignetServer", "HummingbirdTokenVerification", "TokenVerification", "JOSE",
        "SignetTesting",
        .product(name: "Logging", package: "swift-log", condition: server),
        .product(name: "AsyncHTTPClient", package: "async-http-client", condition: server),
        .product(name: "GRDB", package: "GRDB.swift", condition: server),
        .product(name: "NIOCore", package: "swift-nio", condition: server),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: server),
        .product(name: "NIOPosix", package: "swift-nio", condition: server),
      ]),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["SignetAuthority", "SignetTesting", "TokenVerification", "JOSE"]),
    .testTarget(name: "TidyTests", dependencies: ["SignetTesting"]),
  ]
)

// Strict everywhere. Warnings are errors in CI only: in the manifest they would break dependents
// whose compiler is newer than ours.
let warningsAreErrors = Context.environment["SIGNET_WARNINGS_ARE_ERRORS"] == "1"
for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
  ]
  if warningsAreErrors {
    target.swiftSettings?.append(.treatAllWarnings(as: .error))
  }
}

// swift-tools-version: 6.2
import PackageDescription

// A package of its own: it is built with flags that no dependent may be asked to accept. `Sources/JOSE` is a
// link to the package above, so that the library is compiled here with the fuzzer's counters in it, and
// nothing else is. `run` builds it and says where libFuzzer lies.
let package = Package(
  name: "signet-fuzzing",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
  ],
  targets: [
    .systemLibrary(name: "CLibFuzzer"),
    .target(
      name: "JOSE",
      dependencies: [
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    .executableTarget(
      name: "Fuzz",
      dependencies: ["JOSE", "CLibFuzzer", .product(name: "Crypto", package: "swift-crypto")],
      linkerSettings: [.linkedLibrary("stdc++"), .linkedLibrary("m")]),
  ]
)

// Optimised in a debug build: the library is what runs a million times a second, its dependencies need not.
for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"), .strictMemorySafety(),
    .unsafeFlags(["-sanitize=fuzzer", "-O"]),
  ]
}

import JOSE

/// Keys that OpenSSL 3.0 wrote and that this library refuses, each for one reason.
enum RefusedKeyFixtures {
  static let all: [(name: String, pem: String, code: JOSEError.Code)] = [
    ("p256Compressed", p256Compressed, .invalidKey),
    ("secp224k1", secp224k1, .unsupportedAlgorithm),
    ("explicitCurve", explicitCurve, .unsupportedAlgorithm),
    ("encrypted", encrypted, .unsupportedAlgorithm),
    ("rsaPSS", rsaPSS, .unsupportedAlgorithm),
    ("rsa1024", rsa1024, .weakKey),
    ("rsaExponent3", rsaExponent3, .weakKey),
  ]

  static let p256Compressed = """
    -----BEGIN PUBLIC KEY-----
    MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACBwqO+kHpZTu+3v1pHRyQsN26Szfc
    /CStVjboNiA5wJg=
    -----END PUBLIC KEY-----
    """

  static let secp224k1 = """
    -----BEGIN EC PRIVATE KEY-----
    MGkCAQEEHQDJzkt9UjQtC9/AQEzHYE7EZCcmCHIiiAL1MjwRoAcGBSuBBAAgoTwD
    OgAE6s2gLszhuVOuxa0lKNxElwWZm9+kJqG5PfJ8pyUhuIOmSmOIrQZYVJP1ME7I
    zBDe27w8qDzM4kE=
    -----END EC PRIVATE KEY-----
    """

  static let explicitCurve = """
    -----BEGIN EC PRIVATE KEY-----
    MIIBaAIBAQQgK23qr4NkzGkjdGxYpxiuyKIV6YJD25mYXLlGnqJVL2SggfowgfcC
    AQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////////////////
    MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57Pr
    vVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEE
    axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54W
    K84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vqtpxeehPO5ysL8
    YyVRAgEBoUQDQgAEp3Z8FMWppgVo7thpC8321ZkQ1XWwe2SxJXHxpnljvyHIKcSy
    Nb8HBp2LfwS92qzrlFZSa+mfR3cKKZfpV/RFCQ==
    -----END EC PRIVATE KEY-----
    """

  static let encrypted = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgeXlBwv+y5swICCAAw
    DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEA2NZxtBKCFG4+pkAIY3dYQEgZCn
    tqdfngUeOqviR1BTuLOHv+2Wa7dYviXWkGwGk8ebWMGAEV1RXD9boHR+TwfO7yIW
    N9qT6es8w/6328RaFsqH+MdLLxZrWnVvIWTacp6sfRzMMTf/57fr8zggAoYw+bUY
    JzSZELsjR7dtaBkPlr3tai0NDV2abuEZ9I2KoOy110w2KsQ0tlZoED01We4qQG8=
    -----END ENCRYPTED PRIVATE KEY-----
    """

  static let rsaPSS = """
    -----BEGIN PRIVATE KEY-----
    MIIEugIBADALBgkqhkiG9w0BAQoEggSmMIIEogIBAAKCAQEAsPqkzHFwiqQp5z4T
    U5jiejkKKV3O12iuuBRuuzBn/1+onEQUfSlDENtvFBggiGEeyt8414+sXLB5vjyj
    imWOGI+QqSQ5dtGuFC1pCP59x26G2kZxLGUXEkWADG1mhK8/LLhOb+U6RKRdGzVP
    lkU30G8ph+inAuxshLanKerdPUdnXlOqjvJ2gNnnCs19xLilnhSFc41hioTr4V1K
    TmpcSVrndaw9BRo95ZCwsTTE8B1wRXA9ds6844R6BWCFiJ7/xSBErqJ2Xi3VXuBk
    w6CiTSjhOxO5mIcgsiqXDJ84DOUKBhknZjoTF8q8RoC90kWrMMPpVUBC/NRgWpcz
    zbIaowIDAQABAoIBAEpeGG/8XzEzCJSuJgrj3I9FdrqpO6iSyZB6rYklLx5FgSGh
    DgcGFrN3sfZ8qPcF8J2JLWaPbftJAO9qpcIbKJmzgjNBEJCYTZEW/+MSpaHvFOWV
    4iqolAhOgh82vXSV+3L8Q6GLbm+3rZQoU7guf+SrQYVlwwBcfsFJy3a2xZ7gtRXi
    MRhgwmNLP06MVzr2fp4W6ijunbMSrUsk7EvbhH8grqxQZ+h354USTpYUxD0QRyqO
    lV9FOnLKDLokSOJrN56UDKuLYC9MysECzGjrDNFShqBgGB0VnPufuGjR1OoKahcF
    6sPfi2XPgKm0ylPrvIJE84emeFRWBU4cT5KmFHkCgYEA8LjoRn6Ex5xZN/+2SbO/
    8pBdyuVoEvSoxPZMQmQbghO3axjlIxIJQ3AvUmpIjAb9a/56xYaNiG8usX/itD8t
    r4/4fkMjTZnjhkOgSDkZeVcnwJJ/XBexRfiQ2bRG2ussSBGPIuXKMNQ2XqyWEFVs
    xqE7lz74xLpDjMh/EVM8ay8CgYEAvDYUb+lBwL2AHHLh+iGh3skO/bXXYf+F5rQp
    srrHnxwEdmm+qvxC/+8cozPc4/A2id7FzLy0DJWJEsQeLlUW5qUslCkkYL/uQquc
    WdKHoJPFd4eZqy2e9iCL0sbE3jwGrLqF928BHH2A1v6bE5Zax9FTHNzD9zE5wUjP
    FMIKms0CgYBysvhiFoi3/+R3DU3TQmW0c1ttgO+dEJyV9PGTNNXynehojF0p378w
    NfUmZOQabH42BfSDx8AKgUeTZeckkXH4VDZIGz9oC2phIDnwD9z2dzPGy0cKH3Pl
    bjG+ueqFB0d7M3qrWyiDKaqaY8vBDqMc5dhaEbRBMKtdGm+JVsrUGwKBgB15+sls
    Jrgg9ad+9pVOHyPdKVPi3tCiTD5NiRpM1ma85JYHCa2NxJCAymNlA/tO67u8AA6I
    n0o5QTaHMJLhEK0ewVSS/PeKF66pYdtPdZ5YhlyqCA8fHf4+KqfgKYUEsabrr3+J
    CwuDPGJvjaoLqjwRNIsYqDhWpUz4MjZ2DWMhAoGAC9fKBsAd8V2U3CiNvdk4Ly+S
    gDBDJtLVbaX/+DtvJ5om1+KZ1naTzZ9EUuSaCDho8oO1K9ccFzQMFYgFT3lquJLO
    DBsWQ2eT+eR7UcLlNVHsC/uR3JMtWg9DBwlbHSNKUuRz0hBmxh0QT/30YFJMPLNR
    9UACzmfG3U+EmMJda1I=
    -----END PRIVATE KEY-----
    """

  static let rsa1024 = """
    -----BEGIN PRIVATE KEY-----
    MIICdQIBADANBgkqhkiG9w0BAQEFAASCAl8wggJbAgEAAoGBALPKlmgr//TKLIvA
    YNY/dQDcjehvjk+VQtBNs2hpMga6qFFHsXiXyt4JGtFZXDQ5bzNk8CNXCnFyyhWm
    3JPfRrWvFKsS3wpBVtync5XF/1QxHlqcXOSlMrPfH+7jX3Y/gT5ER9r5sgt2hxE7
    oDIrw44TEyrbpCvIiqhyKkBNBe19AgMBAAECgYBLEx83JJheuUVcndpR3HGZCH/h
    PSPpq2QY4zk1MigHk03RkuRSfN/jU131aSENVaZPiaiUuTXNJaeo3uJghO1bISyU
    vVfZjrTZNobHM4diXg5oxhSixm/SrR8Ruk/g64UeeDXWhH/XKdycPK2w6pNMQBEU
    5G6v5HWvFqM/5WMpwQJBANozoQeOwI6t7LZ/y864BbRd36Q4mO1PS56tjac6n8+P
    ot4Zu8sRcoUWWpMhIRBvU6U3F8orXaz7cg4Hpu/0TskCQQDS751X9damHvAYxBBd
    yBWA/duiy5Y1eoMg1JPGUOyOrtCTzzPVh7LNXuuEzLIZI1U+3jeTIbD8NN6Hb8Bd
    2D8VAkBVq32m3PpnSows3yIi6Id82HqNHJeWXNLA2z1Jki/aq3dzokDkKtZ+wFcR
    eyljLYJ21Jmni708xIB0V7bIcXBZAkBrAGwju6yoVldbaNIYkK//4EbzXS0UcdJk
    7BEOb+ygMKPT5y8XKaAVOApnMmNCBz9uBdHRTCz4s2US9ShzMohFAkBcWn4HEMC/
    J8/03coiVao9Hr89D0J8qp9nBH3z+f2Ym6Zkb+RpZqeFafdqxdexLIlDQE6uumsH
    Y0V9t5Irayq0
    -----END PRIVATE KEY-----
    """

  static let rsaExponent3 = """
    -----BEGIN PRIVATE KEY-----
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC4uI/K3hwuo34/
    mIKHb2RAPQFnHgyNlcL5BftvhZvxn1A1QEzjDji48NKRiV+L/ocfoY6+Y+6wTq/B
    iQ/qIKd/IS1zJQUIDZp8CVXaJemVsWJRfuG761vYd12Fs2F0DN54N5coaarKY0/l
    xtBupMmg0bVDdpxCrxHi1Zsyf+lbB/EXRrTzw+ZVAR9GsEA/kte9A9fezhDLnijN
    Ugfc5W6ulXc4bM1ntRQzK+2hoZ+KIQ8Vd02y9fmaLH3s76iLkTM3SCaDiQjMD6FH
    QblGDaHEWMxo9R4+zauVIqB+IHDvwTFxjPxHcbWB+fOE55qrQrvLFMUHjmpCybzb
    TpfVTLmtAgEDAoIBAHsltTHpaB8XqX+7Aa+fmCrTVkS+swkOgftZUkpZEqEU4COA
    M0IJeyX14bZblQf/BL/BCdRCnyA0dSuwtUbAb6oWHkzDWLAJEagGOTwZRmPLluD/
    QSfyPTr6PlkiQPgIlFAlD3BGcdxCNUPZ4EnDMRXhI4JPEtcfYUHjvMxVRjyu0/SJ
    w8AOEqg6MnX4MNv/Qzgvscg00A8U3d97aLJMepz86yTWDsI5uEB/dWWPJyrBkxfS
    +oV2XK/Y/qYXaT2ns89S1gM/aylAdW8pmNzRGnk7OioEI2G3TCcZu8zmfG9kvfld
    hLbNIi5z3J6cGQlmzJ4ihRxM17uLXCRqPQD+W+sCgYEA4MumXg3dM7Q4d0Zh/7pS
    7bmgFa9lTa5yk/TW5DpnFUS8uDCVJlc7hXYUvI2GY6lFAVV3gWclLYE8YDUhLGNL
    EhOg3YyMuj0qLpmAazcDr5BnzBTD7kgBPC0AVYRboSqPshvcW3jFZwRvMvHSUXak
    8LOYehBEsdAq1Y+M61ZpLdkCgYEA0lzRsUXRlqRxXE9Z9ztBBS8cN4MZiwaMSAlC
    BpcLoX5dXlCWkO0i+lxYAPvEgSC5sRxDVIOfQREqn76rXkvKk2yrB/IdLdEEwocC
    6MPQSn4YKRUq+uQ5fS17sUZrFR4aYl+kWbx4mzfc9aUrI6aDmCpIg0zWdNlN3RUi
    UP1mAfUCgYEAld0ZlAk+InglpNmWqnw3SSZquR+Y3nRMYqM57XxEuNh90CBjbuTS
    WPljKF5Zl8YuAOOlAO9uHlYoQCNrcuzctrfAk7MIfCjGybuq8iStH7WaiA3X9DAA
    0siq462Sa3G1IWfoPPsuRK2fd0vhi6Rt9c0QUWAty+Acjl+zR47wyTsCgYEAjD3h
    INk2ZG2g6DTmpNIrWMoSz6y7sgRdhVuBWboHwP7o6YsPC0jB/D2QAKfYVhXRIL2C
    OFe/gLYcan8c6YfcYkhyBUwTc+Ct1wSsmy01hv66xg4cp0LQ/h5Sdi7yDhQRlupt
    kShQZ3qTTm4cwm8CZXGFrN3kTeYz6LjBi1OZVqMCgYEAspvAa0btsXcZmbxCVsyC
    U65AIKCb55TGiPTpwZZ1z69Vr0R3w8gmEqjuCEMp1YzMQFgGvZMGXjWqiMQj/jnY
    G5mDY0M16dkKLdQq/O7lCkoLehWGWTBXy6BnvtUCIUztOke9pHBeaprAmb4NdayM
    CdvVnne1ruaKyhq2IcRebvg=
    -----END PRIVATE KEY-----
    """
}

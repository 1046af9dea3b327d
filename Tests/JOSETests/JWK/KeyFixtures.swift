/// Keys that OpenSSL 3.0 wrote, made for these tests and used nowhere else.
enum KeyFixtures {
  static let rsaPKCS1 = """
    -----BEGIN RSA PRIVATE KEY-----
    MIIEowIBAAKCAQEArmRicGQjrUgq0C9spYC/5mOvBIroCYfXeO98MUWx5GfrxTxN
    5zqTg5Cx6O4OikMjbsNtJ/RNsfoGJyhv2uKBo771FA7rmGlWeJQbrrjXp3rIw6Gh
    9+X5LL6kP9eEMNsMQmH3PP5M5nK3QDUKgp9iGSeZZJ+MdOx4ReTuw01bn1p2Dv5N
    yQR9Eq++kdr6B49gd/6ls5P5EonqnaVhlaxYj9yerAxcP/vv8vdnNAlMg9DXe9Zn
    uLq89SfPyUIPY8zFNKxScKpLfGmXf4+vQpfXBbJxUqjElei4+SOp8DBvckzDN67O
    HWudvUdgJ3e1VUZgJFHYhwL47/YfLdfPNJWHZwIDAQABAoIBAA4G/hILRAFirirr
    vaH8XrMx7nh/kdV+azsLjGJMOFhmcYT+akfAou/wuhbB20KMzvNQXd3aXUuFEGyi
    6IhjMslQiVcRMisiwfVV+HoP3SzYCAEQZb5Sbb4HIaAO/k+Ntwk55xCtZdMdhBby
    jUNffZ0HXePFn58iDDSXCwuDk+yX0I4Ee6zzGWeS8sxsCCcS31OxzgEYnz6WvdRl
    t7S21By5FfFqW8KVrYrSEF5ux5t532xIvvgv1KRuMKuZQKvFgRv0RKiNy2xf/UHx
    J4/1wVTGj24JGvHfk8vjCozy/A7yuKrBf/lnQAYtTeFAiU64o8dnM2QP6xwxI4EE
    QFxOG3ECgYEA5bfk96PC/MCVVnk1PS9yy2qfzy+ZQ0NhiGEhoi9ibSzN9mnvMBvT
    qszKMgn7kiNRK+AzbSYtLYp8RtFKFWBasgOEChOr5kaBt9a3gx7TwjKk6RvHNW3G
    yw3ZremtwV4VozVkzcdl0Ec8KnZH9ikSVzwcwUWfg29XSA46rvLSG5cCgYEAwlgR
    givSo5Gt5hM3comh8O4jVq2dsgkLqaQ+M0xtYQEMJfB3AWiV61T2P9kqKOTbs8JI
    25evoq77apQUCG99ZVzYgy6FbQuWWqxL8kurWT+MRYhePuhLnMvaMgcqE43/cSJ0
    NzeJ2VabiUpoLJKZ2OBK59hbHz/G2MRgL3RRrLECgYBpx2414kDNZljeAt5TGGBB
    7w07uG1YndRxmliEeFFYeIM27rznaEjlo3uP4yzmtECSdaD4p9Wx3M0xRvpYMZBR
    3HCWu0wys1DUOJk0VaOpDu0FMnde0PfzVKNiA/Kw0gQgrVuHrkPhzouT+fdVEMCT
    TujmzoqPWVvVoEfBe6robQKBgQCck5nfl3EIqblCkZ7tn+eiFirQjeZsZw9HaPVY
    HS5Opipkcr1enCWVSYlwXYWzFtfPlyteCHLQDkyvTIhrV2/e95PU9Ok4tso3WXOC
    zeZKbIGWD81mv38T38V24wDKanAwdULOredY/IcpcJJHvwFGk0amTlDz9008ndKk
    yQF4sQKBgHABFKpdQhpptXX5vLJ3oSrJHbTk9oCvSKJuSKCd8IPVxjjngHLcF9FQ
    PCjVd1B2CRwCDYwLFEnfw9wrOVN5kNuvdqNLw8snrDd6dBZfEMgsJQFxq46i2LPX
    LAqdHF49gsHSwGFWcNNLtDrtnTp3/HxJce78OBXGFstyJdekkxhw
    -----END RSA PRIVATE KEY-----
    """

  static let rsaPKCS8 = """
    -----BEGIN PRIVATE KEY-----
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCuZGJwZCOtSCrQ
    L2ylgL/mY68EiugJh9d473wxRbHkZ+vFPE3nOpODkLHo7g6KQyNuw20n9E2x+gYn
    KG/a4oGjvvUUDuuYaVZ4lBuuuNenesjDoaH35fksvqQ/14Qw2wxCYfc8/kzmcrdA
    NQqCn2IZJ5lkn4x07HhF5O7DTVufWnYO/k3JBH0Sr76R2voHj2B3/qWzk/kSieqd
    pWGVrFiP3J6sDFw/++/y92c0CUyD0Nd71me4urz1J8/JQg9jzMU0rFJwqkt8aZd/
    j69Cl9cFsnFSqMSV6Lj5I6nwMG9yTMM3rs4da529R2And7VVRmAkUdiHAvjv9h8t
    1880lYdnAgMBAAECggEADgb+EgtEAWKuKuu9ofxeszHueH+R1X5rOwuMYkw4WGZx
    hP5qR8Ci7/C6FsHbQozO81Bd3dpdS4UQbKLoiGMyyVCJVxEyKyLB9VX4eg/dLNgI
    ARBlvlJtvgchoA7+T423CTnnEK1l0x2EFvKNQ199nQdd48WfnyIMNJcLC4OT7JfQ
    jgR7rPMZZ5LyzGwIJxLfU7HOARifPpa91GW3tLbUHLkV8WpbwpWtitIQXm7Hm3nf
    bEi++C/UpG4wq5lAq8WBG/REqI3LbF/9QfEnj/XBVMaPbgka8d+Ty+MKjPL8DvK4
    qsF/+WdABi1N4UCJTrijx2czZA/rHDEjgQRAXE4bcQKBgQDlt+T3o8L8wJVWeTU9
    L3LLap/PL5lDQ2GIYSGiL2JtLM32ae8wG9OqzMoyCfuSI1Er4DNtJi0tinxG0UoV
    YFqyA4QKE6vmRoG31reDHtPCMqTpG8c1bcbLDdmt6a3BXhWjNWTNx2XQRzwqdkf2
    KRJXPBzBRZ+Db1dIDjqu8tIblwKBgQDCWBGCK9Kjka3mEzdyiaHw7iNWrZ2yCQup
    pD4zTG1hAQwl8HcBaJXrVPY/2Soo5Nuzwkjbl6+irvtqlBQIb31lXNiDLoVtC5Za
    rEvyS6tZP4xFiF4+6Eucy9oyByoTjf9xInQ3N4nZVpuJSmgskpnY4Ern2FsfP8bY
    xGAvdFGssQKBgGnHbjXiQM1mWN4C3lMYYEHvDTu4bVid1HGaWIR4UVh4gzbuvOdo
    SOWje4/jLOa0QJJ1oPin1bHczTFG+lgxkFHccJa7TDKzUNQ4mTRVo6kO7QUyd17Q
    9/NUo2ID8rDSBCCtW4euQ+HOi5P591UQwJNO6ObOio9ZW9WgR8F7quhtAoGBAJyT
    md+XcQipuUKRnu2f56IWKtCN5mxnD0do9VgdLk6mKmRyvV6cJZVJiXBdhbMW18+X
    K14IctAOTK9MiGtXb973k9T06Ti2yjdZc4LN5kpsgZYPzWa/fxPfxXbjAMpqcDB1
    Qs6t51j8hylwkke/AUaTRqZOUPP3TTyd0qTJAXixAoGAcAEUql1CGmm1dfm8sneh
    KskdtOT2gK9Iom5IoJ3wg9XGOOeActwX0VA8KNV3UHYJHAINjAsUSd/D3Cs5U3mQ
    2692o0vDyyesN3p0Fl8QyCwlAXGrjqLYs9csCp0cXj2CwdLAYVZw00u0Ou2dOnf8
    fElx7vw4FcYWy3Il16STGHA=
    -----END PRIVATE KEY-----
    """

  static let rsaPublic = """
    -----BEGIN PUBLIC KEY-----
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArmRicGQjrUgq0C9spYC/
    5mOvBIroCYfXeO98MUWx5GfrxTxN5zqTg5Cx6O4OikMjbsNtJ/RNsfoGJyhv2uKB
    o771FA7rmGlWeJQbrrjXp3rIw6Gh9+X5LL6kP9eEMNsMQmH3PP5M5nK3QDUKgp9i
    GSeZZJ+MdOx4ReTuw01bn1p2Dv5NyQR9Eq++kdr6B49gd/6ls5P5EonqnaVhlaxY
    j9yerAxcP/vv8vdnNAlMg9DXe9ZnuLq89SfPyUIPY8zFNKxScKpLfGmXf4+vQpfX
    BbJxUqjElei4+SOp8DBvckzDN67OHWudvUdgJ3e1VUZgJFHYhwL47/YfLdfPNJWH
    ZwIDAQAB
    -----END PUBLIC KEY-----
    """

  static let rsaPublicPKCS1 = """
    -----BEGIN RSA PUBLIC KEY-----
    MIIBCgKCAQEArmRicGQjrUgq0C9spYC/5mOvBIroCYfXeO98MUWx5GfrxTxN5zqT
    g5Cx6O4OikMjbsNtJ/RNsfoGJyhv2uKBo771FA7rmGlWeJQbrrjXp3rIw6Gh9+X5
    LL6kP9eEMNsMQmH3PP5M5nK3QDUKgp9iGSeZZJ+MdOx4ReTuw01bn1p2Dv5NyQR9
    Eq++kdr6B49gd/6ls5P5EonqnaVhlaxYj9yerAxcP/vv8vdnNAlMg9DXe9ZnuLq8
    9SfPyUIPY8zFNKxScKpLfGmXf4+vQpfXBbJxUqjElei4+SOp8DBvckzDN67OHWud
    vUdgJ3e1VUZgJFHYhwL47/YfLdfPNJWHZwIDAQAB
    -----END RSA PUBLIC KEY-----
    """

  static let p256SEC1 = """
    -----BEGIN EC PARAMETERS-----
    BggqhkjOPQMBBw==
    -----END EC PARAMETERS-----
    -----BEGIN EC PRIVATE KEY-----
    MHcCAQEEIFczgomX+VXMiB/0CehhgoCbX3tXLpUyhgBx3d3Hk9gYoAoGCCqGSM49
    AwEHoUQDQgAEBwqO+kHpZTu+3v1pHRyQsN26Szfc/CStVjboNiA5wJiytpu1lXpS
    rgDJrpideqOkvgVOdVIe55SMsbb7LWM2NA==
    -----END EC PRIVATE KEY-----
    """

  static let p256PKCS8 = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVzOCiZf5VcyIH/QJ
    6GGCgJtfe1culTKGAHHd3ceT2BihRANCAAQHCo76QellO77e/WkdHJCw3bpLN9z8
    JK1WNug2IDnAmLK2m7WVelKuAMmumJ16o6S+BU51Uh7nlIyxtvstYzY0
    -----END PRIVATE KEY-----
    """

  static let p256Public = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBwqO+kHpZTu+3v1pHRyQsN26Szfc
    /CStVjboNiA5wJiytpu1lXpSrgDJrpideqOkvgVOdVIe55SMsbb7LWM2NA==
    -----END PUBLIC KEY-----
    """

  static let p384SEC1 = """
    -----BEGIN EC PRIVATE KEY-----
    MIGkAgEBBDArj8JMQRHzqG76Jl6F4Kq2FbtAGZ0LqrOVCQO9NlFbPEAhr6nKRZBw
    Yip/L0EdxiugBwYFK4EEACKhZANiAATpectenHXHQsBZBsupkJmDfB5xfbfISzQ8
    /1/yn6KCm6s05cqhRUjHv19Y9RCsUanaR1Wsjh1/wokBB9psoA9hd1JX/vOtuxVW
    e29qgZvS1m5AWSJb1ruXEQsPngEIa8Q=
    -----END EC PRIVATE KEY-----
    """

  static let p521SEC1 = """
    -----BEGIN EC PRIVATE KEY-----
    MIHcAgEBBEIAnF6FBILaK6wc3Z2mquHpe41r99OPqA6+ecZ6zSZTbUcUEDpfJ2GF
    dMknTiOJY/XTIYclUesw7e2Lg78+uy7oKLugBwYFK4EEACOhgYkDgYYABABhy+8i
    6IcuZRjxxCXCCR8aucKNtBvkYQ69lY/sRVbvsnnnQursFG0Rl+SmVszqCrw73fyp
    /lEZQJIzvILgFEHUnQGbms5vWjodlq0E3neVK3fIoyP8RFSLDCZ+U1JnjQUBtctr
    YGU/L0jThldevTy0esMqlkKcmiCh/jxNrglPoacAgQ==
    -----END EC PRIVATE KEY-----
    """

  static let ed25519PKCS8 = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIHKTf2dNjtE3pjvTpLFmBvSIbE47qIJr9oaAVZ8aGq0l
    -----END PRIVATE KEY-----
    """

  static let ed25519Public = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAHyeWSF49BJUW5+FOFa2FW2QoJn+cEEengeatfXmcoy4=
    -----END PUBLIC KEY-----
    """

  static let x25519PKCS8 = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VuBCIEIDibbTW3JJAxjw1X+ImXciyU7g4ZMapiKMlmIGp5e5Jk
    -----END PRIVATE KEY-----
    """

  static let x25519Public = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VuAyEAt2NtY5vunFgoOQAOT9+o/hpUlHkCAumdUikzGc1HHFo=
    -----END PUBLIC KEY-----
    """
}

"""Rust."""

from tests.unit.build.detect.cases.case import Case

MAIN = 'fn main() {\n    println!("hello");\n}\n'


def manifest(*dependencies: str, name: str = "hello", more: str = "") -> str:
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}\n[dependencies]\n' + "".join(
        f'{found} = "1"\n' for found in dependencies
    )


def framework(name: str, crate: str, **details: object) -> Case:
    return Case(
        name, {"Cargo.toml": manifest(crate, "tokio"), "Cargo.lock": "version = 4\n", "src/main.rs": MAIN},
        {"framework": name, "start": "bin/hello", "warnings": (), "details": details},
    )  # fmt: skip


CASES = [
    Case(
        "package with src/main.rs", {"Cargo.toml": manifest(), "Cargo.lock": "version = 4\n", "src/main.rs": MAIN},
        {"version": "1", "package_manager": "cargo", "start": "bin/hello", "framework": None, "details": {"locked": True, "package": ""},
         "sources": {"version": "default", "package_manager": "Cargo.lock", "start": "Cargo.toml"}, "images": {"base": "rust:1", "run": "debian:trixie-slim"}},
    ),
    Case("no Cargo.lock", {"Cargo.toml": manifest(), "src/main.rs": MAIN}, {"warnings": ("has no Cargo.lock",), "details": {"locked": False}}),
    Case("named program", {"Cargo.toml": manifest(more='\n[[bin]]\nname = "web"\npath = "src/main.rs"\n'), "Cargo.lock": "", "src/main.rs": MAIN}, {"start": "bin/web"}),
    Case("several programs, one by default", {"Cargo.toml": manifest(more='default-run = "bin1"\n'), "Cargo.lock": "", "src/main.rs": MAIN, "src/bin/bin1.rs": MAIN, "src/bin/bin2.rs": MAIN},
         {"start": "bin/bin1", "warnings": ()}),
    Case("several programs below src/bin", {"Cargo.toml": manifest(), "Cargo.lock": "", "src/bin/migrate.rs": MAIN, "src/bin/server/main.rs": MAIN},
         {"start": "bin/server", "warnings": ("several programs (migrate, server)",)}),
    Case("workspace", {"Cargo.toml": '[workspace]\nmembers = ["binary", "library"]\n', "Cargo.lock": "", "binary/Cargo.toml": manifest(name="web"), "binary/src/main.rs": MAIN,
                       "library/Cargo.toml": manifest(name="library"), "library/src/lib.rs": ""},
         {"start": "bin/web", "details": {"package": "web", "program": "web"}, "sources": {"start": "binary/Cargo.toml"}}),
    Case("workspace by a pattern", {"Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n', "Cargo.lock": "", "crates/api/Cargo.toml": manifest("axum", name="api"),
                                    "crates/api/src/main.rs": MAIN, "crates/core/Cargo.toml": manifest(name="core"), "crates/core/src/lib.rs": ""},
         {"start": "bin/api", "framework": "axum"}),
    framework("axum", "axum"),
    framework("actix", "actix-web"),
    framework("rocket", "rocket", env={"ROCKET_ADDRESS": "0.0.0.0", "ROCKET_PORT": "8080"}),
    framework("warp", "warp"),
    Case("rust-toolchain.toml", {"Cargo.toml": manifest(), "Cargo.lock": "", "src/main.rs": MAIN, "rust-toolchain.toml": '[toolchain]\nchannel = "1.85.0"\n'},
         {"version": "1.85.0", "sources": {"version": "rust-toolchain.toml"}}),
    Case("rust-toolchain", {"Cargo.toml": manifest(), "Cargo.lock": "", "src/main.rs": MAIN, "rust-toolchain": "1.80\n"}, {"version": "1.80", "sources": {"version": "rust-toolchain"}}),
    Case("stable toolchain", {"Cargo.toml": manifest(), "Cargo.lock": "", "src/main.rs": MAIN, "rust-toolchain": "stable\n"}, {"version": "1"}),
    Case("features of nightly", {"Cargo.toml": manifest(), "Cargo.lock": "", "src/main.rs": "#![feature(decl_macro)]\n" + MAIN},
         {"version": "nightly", "images": {"base": "rust:1"}, "sources": {"version": "src/main.rs"}}),
    Case("nightly toolchain", {"Cargo.toml": manifest(), "Cargo.lock": "", "src/main.rs": MAIN, "rust-toolchain.toml": '[toolchain]\nchannel = "nightly-2025-10-01"\n'},
         {"version": "nightly-2025-10-01", "images": {"base": "rust:1"}, "details": {"toolchain": "nightly-2025-10-01"}}),
    Case("version of asdf", {"Cargo.toml": manifest(), "Cargo.lock": "", "src/main.rs": MAIN, ".tool-versions": "rust 1.84.1\n"}, {"version": "1.84.1"}),
    Case("Procfile with cargo's path", {"Cargo.toml": manifest(), "Cargo.lock": "", "src/main.rs": MAIN, "Procfile": "web: ./target/release/hello --x\n"},
         {"start": "bin/hello --x", "sources": {"start": "Procfile"}}),
    Case("a port in the source", {"Cargo.toml": manifest("axum"), "Cargo.lock": "", "src/main.rs": 'fn main() { TcpListener::bind("0.0.0.0:3000"); }\n'},
         {"port": 3000, "warnings": ("src/main.rs listens on 3000",), "sources": {"port": "src/main.rs"}}),
    Case("a pair of an address and a port", {"Cargo.toml": manifest("actix-web"), "Cargo.lock": "", "src/main.rs": MAIN, "src/web/mod.rs": 'fn web() { server.bind(("127.0.0.1", 8080)); }\n'},
         {"port": 8080, "warnings": ("src/web/mod.rs listens on 127.0.0.1",)}),
    Case("an address of numbers", {"Cargo.toml": manifest("warp"), "Cargo.lock": "", "src/main.rs": "fn main() { warp::serve(all).run(([0, 0, 0, 0], 3030)); }\n"},
         {"port": 3030, "warnings": ("listens on 3030",)}),
    Case("an address of version 6", {"Cargo.toml": manifest("actix-web"), "Cargo.lock": "", "src/main.rs": 'fn main() { HttpServer::new(app).bind("[::1]:5000"); }\n'},
         {"port": 5000, "warnings": ("listens on 127.0.0.1", "listens on 5000")}),
    Case("an address with a name", {"Cargo.toml": manifest("warp"), "Cargo.lock": "", "src/main.rs": 'fn main() {\n    let peer_addr = "10.0.0.1:4000";\n    let addr: SocketAddr = "0.0.0.0:3000".parse().unwrap();\n    warp::serve(all).run(addr);\n}\n'}, {"port": 3000, "warnings": ("listens on 3000",)}),
    Case("a port with a name", {"Cargo.toml": manifest("actix-web"), "Cargo.lock": "", "src/main.rs": 'fn main() {\n    let port: u16 = 3000;\n    server.bind(("0.0.0.0", port));\n}\n'}, {"port": 3000, "warnings": ("listens on 3000",)}),
    Case("a port that is called PORT", {"Cargo.toml": manifest("axum"), "Cargo.lock": "", "src/main.rs": 'const PORT: u16 = 3000;\n\nfn main() {\n    TcpListener::bind(format!("0.0.0.0:{PORT}"));\n}\n'}, {"port": 3000, "warnings": ("listens on 3000",)}),
    Case("a port that is called PORT, behind the variable", {"Cargo.toml": manifest("axum"), "Cargo.lock": "", "src/main.rs": 'const PORT: u16 = 3000;\n\nfn main() {\n    let port = env::var("PORT").unwrap_or(PORT);\n}\n'}, {"port": 8080, "warnings": ()}),
    Case("Salvo's own listener", {"Cargo.toml": manifest("salvo"), "Cargo.lock": "", "src/main.rs": 'fn main() { TcpListener::new("0.0.0.0:5800").bind(); }\n'}, {"port": 5800, "warnings": ("listens on 5800",)}),
    Case("a port that is called PORT, and an option by the variable of its name", {"Cargo.toml": manifest("axum"), "Cargo.lock": "", "src/main.rs": 'const PORT: u16 = 3000;\n\nstruct Options {\n    #[arg(long, env, default_value_t = PORT)]\n    port: u16,\n}\n\n' + MAIN}, {"port": 8080, "warnings": ()}),
    Case("a port that is an option", {"Cargo.toml": manifest("axum"), "Cargo.lock": "", "src/main.rs": MAIN, "src/options.rs": 'struct Options {\n    #[arg(long, default_value_t = 4)]\n    threads: u8,\n    #[arg(short, long, env = "HELLO_PORT", default_value_t = 3000)]\n    /// Where it listens.\n    pub port: u16,\n}\n'},
         {"port": 3000, "warnings": ("src/options.rs listens on 3000",)}),
    Case("a port that is an option with PORT", {"Cargo.toml": manifest("axum"), "Cargo.lock": "", "src/main.rs": MAIN, "src/options.rs": 'struct Options {\n    #[arg(long, env, default_value = "3000")]\n    port: u16,\n}\n'}, {"port": 8080, "warnings": ()}),
    Case("a port that is an option of a builder", {"Cargo.toml": manifest("hyper"), "Cargo.lock": "", "src/main.rs": MAIN, "src/options.rs": 'fn options() -> Command {\n    Command::new("hello").arg(Arg::new("port").short(\'p\').value_parser(value_parser!(u16)).default_value("3000"))\n}\n'},
         {"port": 3000, "warnings": ("src/options.rs listens on 3000",)}),
    Case("loco", {"Cargo.toml": manifest("axum", "loco-rs", more='[[bin]]\nname = "hello-cli"\npath = "src/bin/main.rs"\n'), "Cargo.lock": "", "src/bin/main.rs": MAIN},
         {"framework": "loco", "start": "bin/hello-cli start --binding 0.0.0.0 --port 8080", "details": {"env": {"LOCO_ENV": "production"}}}),
]  # fmt: skip
NOT_RUN: dict[str, str] = {}

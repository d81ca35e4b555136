"""Ruby."""

from tests.unit.build.detect.cases.case import Case


def gemfile(*gems: str, ruby: str = "") -> str:
    return (
        'source "https://rubygems.org"\n'
        + (f"ruby {ruby}\n" if ruby else "")
        + "".join(f'gem "{gem}", "~> 1.0"\n' for gem in gems)
    )


def lock(*gems: str, platforms: tuple[str, ...] = ("ruby", "x86_64-linux"), end: str = "BUNDLED WITH\n   2.6.2\n") -> str:
    specs = "".join(f"    {gem} (1.0.0)\n" for gem in gems)
    return (
        f"GEM\n  remote: https://rubygems.org/\n  specs:\n{specs}\nPLATFORMS\n"
        + "".join(f"  {name}\n" for name in platforms)
        + f"\nDEPENDENCIES\n\n{end}"
    )


RAILS = {
    "Gemfile": gemfile("rails", "puma", "propshaft"), "Gemfile.lock": lock("rails", "railties", "puma", "propshaft", "rack"), "config.ru": "run Rails.application\n",
    "Rakefile": "", "config/puma.rb": 'port ENV.fetch("PORT", 3000)\n', "config/application.rb": "", "config/credentials.yml.enc": "x",
}  # fmt: skip
KEY = ("Rails needs RAILS_MASTER_KEY",)

CASES = [
    Case(
        "a range in the Gemfile, and the version that locked it",
        {"Gemfile": gemfile(ruby="'>= 3.1', '< 3.5'"), "Gemfile.lock": lock(end="RUBY VERSION\n   ruby 3.2.3p157\n"), "app.rb": ""},
        {"version": "3.2.3", "sources": {"version": "Gemfile.lock RUBY VERSION"}},
    ),
    Case(
        "Rails", RAILS,
        {"framework": "rails", "package_manager": "bundler", "start": "bundle exec puma -C config/puma.rb", "build": ("bundle exec rake assets:precompile",),
         "version": "3.4", "warnings": KEY, "details": {"bundler": "2.6.2", "bundle": "Gemfile", "locked": "Gemfile.lock", "platform": False},
         "sources": {"version": "default", "package_manager": "Gemfile.lock", "start": "config/puma.rb", "framework": "Gemfile.lock"},
         "images": {"base": "ruby:3.4", "run": "ruby:3.4-slim"}},
    ),
    Case("Rails without a configuration of Puma", {key: text for key, text in RAILS.items() if key != "config/puma.rb"},
         {"start": "bundle exec rails server -b 0.0.0.0 -p 8080", "warnings": KEY}),
    Case("Rails for an API", {"Gemfile": gemfile("rails", "puma"), "Gemfile.lock": lock("rails", "puma"), "config.ru": "", "config/puma.rb": ""},
         {"framework": "rails", "build": (), "warnings": ("Rails needs SECRET_KEY_BASE",)}),
    Case("Rails with packages of npm", {**RAILS, "package.json": {"scripts": {"build": "esbuild"}, "dependencies": {"esbuild": "1"}}, "yarn.lock": ""},
         {"images": {"node": "node:24-slim"}, "warnings": KEY}),
    Case("Sinatra", {"Gemfile": gemfile("sinatra", "puma"), "Gemfile.lock": lock("sinatra", "puma", "rack"), "app.rb": "require 'sinatra'\n"},
         {"framework": "sinatra", "start": "bundle exec ruby app.rb", "warnings": (), "sources": {"start": "app.rb"}}),
    Case("Sinatra with a configuration of Puma alone", {"Gemfile": gemfile("sinatra", "puma"), "Gemfile.lock": lock("sinatra", "puma"), "app.rb": "", "config/puma.rb": ""},
         {"start": "bundle exec ruby app.rb"}),
    Case("Sinatra by Rack", {"Gemfile": gemfile("sinatra", "puma"), "Gemfile.lock": lock("sinatra", "puma"), "config.ru": "run App\n", "app.rb": ""},
         {"framework": "sinatra", "start": "bundle exec puma -b tcp://0.0.0.0:8080"}),
    Case("Rack without Puma", {"Gemfile": gemfile("rack", "rackup"), "Gemfile.lock": lock("rackup"), "config.ru": "run App\n"},
         {"framework": "rack", "start": "bundle exec rackup -o 0.0.0.0 -p 8080"}),
    Case("a script without gems", {"app.rb": "puts 1\n"}, {"package_manager": "none", "start": "ruby app.rb", "framework": None, "sources": {"start": "app.rb"}}),
    Case("a script with gems", {"Gemfile": gemfile("webrick"), "Gemfile.lock": lock("webrick"), "main.rb": ""}, {"start": "bundle exec ruby main.rb"}),
    Case("Jekyll", {"Gemfile": gemfile("jekyll"), "Gemfile.lock": lock("jekyll"), "_config.yml": ""}, {"framework": "jekyll", "build": ("bundle exec jekyll build",)}),
    Case("Jekyll by a theme", {"Gemfile": gemfile("jekyll-theme-chirpy"), "Gemfile.lock": lock("jekyll-theme-chirpy"), "_config.yml": "", "index.html": "---\n---\n"}, {"framework": "jekyll", "build": ("bundle exec jekyll build",)}),
    Case("Jekyll as GitHub has it", {"Gemfile": gemfile("github-pages"), "_config.yml": ""}, {"framework": "jekyll"}),
    Case("Rack with its gems in a gemspec", {"Gemfile": "source 'https://rubygems.org'\ngemspec\n", "shop.gemspec": "spec.add_dependency 'puma'\n", "config.ru": "run App\n"}, {"framework": "rack", "warnings": ("has no Gemfile.lock",)}),
    Case("Rack without a server and without a lock", {"Gemfile": gemfile("roda"), "config.ru": "run App\n"},
         {"framework": "roda", "start": "bundle exec rackup -o 0.0.0.0 -p 8080", "warnings": ("has no Gemfile.lock", "Gemfile has no gem that serves config.ru")}),
    Case("no Gemfile.lock", {"Gemfile": gemfile("sinatra"), "app.rb": ""}, {"warnings": ("has no Gemfile.lock",), "details": {"locked": ""}}),
    Case("locked on a Mac only", {"Gemfile": gemfile("sinatra"), "Gemfile.lock": lock("sinatra", platforms=("arm64-darwin-23",)), "app.rb": ""}, {"details": {"platform": True}}),
    Case("a Gemfile that needs the app's files", {"Gemfile": gemfile("sinatra") + 'gem "mine", path: "lib/mine"\n', "Gemfile.lock": lock("sinatra"), "app.rb": ""}, {"details": {"whole": True}}),
    Case("version of .ruby-version", {"app.rb": "", ".ruby-version": "ruby-3.3.6\n"}, {"version": "3.3.6", "sources": {"version": ".ruby-version"}}),
    Case("version of the Gemfile", {"Gemfile": gemfile(ruby='"3.2.2"'), "Gemfile.lock": lock(), "app.rb": ""}, {"version": "3.2.2", "sources": {"version": "Gemfile ruby"}}),
    Case("version of the Gemfile, any patch", {"Gemfile": gemfile(ruby='"~> 3.3"'), "Gemfile.lock": lock(), "app.rb": ""}, {"version": "3.3"}),
    Case("version of the lock", {"Gemfile": gemfile(), "Gemfile.lock": lock(end="RUBY VERSION\n   ruby 3.1.4p223\n\nBUNDLED WITH\n   2.4.1\n"), "app.rb": ""},
         {"version": "3.1.4", "sources": {"version": "Gemfile.lock RUBY VERSION"}}),
    Case("version of asdf", {"app.rb": "", ".tool-versions": "nodejs 22\nruby 3.3.1\n"}, {"version": "3.3.1", "sources": {"version": ".tool-versions"}}),
    Case("version of the Gemfile, any patch of a minor version", {"Gemfile": gemfile(ruby='"~> 3.3.0"'), "Gemfile.lock": lock(), "app.rb": ""}, {"version": "3.3"}),
    Case("a range in the Gemfile alone", {"Gemfile": gemfile(ruby="'>= 3.1', '< 3.3'"), "Gemfile.lock": lock(), "app.rb": ""},
         {"version": "3.2", "sources": {"version": "Gemfile ruby"}}),
    Case("no upper end in the Gemfile", {"Gemfile": gemfile(ruby='">= 2.7"'), "Gemfile.lock": lock(), "app.rb": ""}, {"version": "3.4"}),
    Case("gems.rb", {"gems.rb": gemfile("sinatra", "puma", ruby='"3.3.6"'), "gems.locked": lock("sinatra", "puma"), "hello.rb": ""},
         {"version": "3.3.6", "package_manager": "bundler", "framework": "sinatra", "start": "bundle exec ruby hello.rb",
          "details": {"bundle": "gems.rb", "locked": "gems.locked"}, "sources": {"package_manager": "gems.locked"}}),
    Case("Rack with Unicorn", {"Gemfile": gemfile("sinatra", "unicorn"), "Gemfile.lock": lock("sinatra", "unicorn"), "config.ru": "run App\n", "app.rb": ""},
         {"start": "bundle exec unicorn -o 0.0.0.0 -p 8080", "warnings": ()}),
    Case("Rack with Unicorn and its configuration", {"Gemfile": gemfile("unicorn"), "Gemfile.lock": lock("unicorn"), "config.ru": "", "config/unicorn.rb": ""},
         {"start": "bundle exec unicorn -p 8080 -c config/unicorn.rb"}),
    Case("Rack with Thin", {"Gemfile": gemfile("thin"), "Gemfile.lock": lock("thin"), "config.ru": "run App\n"},
         {"start": "bundle exec thin start -R config.ru -a 0.0.0.0 -p 8080"}),
    Case("Rack 3 without a server", {"Gemfile": gemfile("sinatra"), "Gemfile.lock": lock("sinatra").replace("specs:\n", "specs:\n    rack (3.1.8)\n"), "config.ru": ""},
         {"start": "bundle exec rackup -o 0.0.0.0 -p 8080", "warnings": ("Gemfile.lock has no gem that serves config.ru",)}),
    Case("Functions Framework", {"Gemfile": gemfile("functions_framework"), "Gemfile.lock": lock("functions_framework", "puma"),
          "app.rb": "require 'functions_framework'\n\nFunctionsFramework.http 'hello' do |request|\n  'hi'\nend\n"},
         {"framework": "functions-framework", "start": "bundle exec functions-framework-ruby --source app.rb --target hello --port 8080"}),
    Case("version of mise", {"app.rb": "", "mise.toml": '[tools]\nruby = "3"\n'}, {"version": "3", "sources": {"version": "mise.toml"}}),
    Case("Procfile", {**RAILS, "Procfile": "web: bundle exec puma -t 5:5 -p ${PORT:-3000} -e ${RACK_ENV:-development}\n"},
         {"start": "sh -c 'exec bundle exec puma -t 5:5 -p ${PORT:-3000} -e ${RACK_ENV:-development}'", "warnings": KEY, "sources": {"start": "Procfile"}}),
    Case("an old Rails", {"Gemfile": gemfile("puma") + 'gem "rails", "~> 5.2.0"\n', "Gemfile.lock": lock("puma").replace("specs:\n", "specs:\n    rails (5.2.8)\n"), "config.ru": ""},
         {"version": "2.6", "warnings": ("Rails needs",), "sources": {"version": "Gemfile.lock rails"}}),
    Case("an old Rails, and a range of Ruby", {"Gemfile": gemfile("puma", ruby='">= 2.5"') + 'gem "rails", ">= 6.0.3"\n', "config.ru": ""}, {"version": "2.7", "sources": {"version": "Gemfile ruby"}}),
    Case("Rails with Unicorn", {"Gemfile": gemfile("rails", "unicorn"), "Gemfile.lock": lock("rails", "unicorn"), "config.ru": "run Rails.application\n"},
         {"start": "bundle exec unicorn -o 0.0.0.0 -p 8080", "framework": "rails"}),
    Case("Thruster before Rails", {**RAILS, "Procfile": "web: bin/thrust bin/rails server\n"}, {"start": "bin/thrust bin/rails server", "details": {"env": {
        "RAILS_ENV": "production", "RAILS_LOG_TO_STDOUT": "1", "RAILS_SERVE_STATIC_FILES": "1", "HTTP_PORT": "8080"}}}),
    Case("Sinatra without a server", {"Gemfile": gemfile("sinatra"), "Gemfile.lock": lock("sinatra"), "app.rb": ""}, {"warnings": ("Gemfile.lock has no gem that serves Sinatra",)}),
    Case("a port in the source", {"Gemfile": gemfile("sinatra", "puma"), "Gemfile.lock": lock("sinatra", "puma"), "app.rb": "require 'sinatra'\nset :port, 3000\n"},
         {"port": 3000, "warnings": ("app.rb listens on 3000",), "sources": {"port": "app.rb"}}),
]  # fmt: skip
NOT_RUN: dict[str, str] = {
    "Rails": "gems cannot be had where the tests run; built with the gems of Debian, an app on Rack is run",
    "Sinatra": "as Rails",
    "Rack with Unicorn": "as Rails",
    "Rack with Thin": "as Rails",
    "Functions Framework": "as Rails",
    "Jekyll": "as Rails",
}

# shellcheck shell=bash
# For scripts that hand DATABASE_URL to PostgreSQL's tools.

# Decodes percent signs, as in the password of an address.
decode() { local text=${1//\\/\\\\}; printf '%b' "${text//%/\\x}"; }

# Says why a tool ($1) is too old for the data of a server or tool of version $2 ("170002"); nothing where it is not.
too_old() {
  local major=$(($2 / 10000)) mine
  mine=$("$(tool "$1")" --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9]\{1,\}\).*/\1/p')
  [ -n "$mine" ] && [ "$mine" -lt "$major" ] || return 0
  printf '%s is of PostgreSQL %s, older than %s: set PG_BIN to where the tools of PostgreSQL %s or newer are, e.g. PG_BIN=/usr/lib/postgresql/%s/bin' \
    "$1" "$mine" "$major" "$major" "$major"
}

# Takes an address apart: `database` is it without its password, which is exported as PGPASSWORD where it has one.
split_url() {
  local url=$1 rest authority parameters="" kept="" parameter
  case $url in postgres://* | postgresql://*) ;; *) return 1 ;; esac
  rest=${url#*://}
  case $rest in *\?*) parameters=${rest#*\?} rest=${rest%%\?*} ;; esac
  authority=${rest%%/*}
  case $authority in
    *@*)
      case ${authority%@*} in
        *:*)
          PGPASSWORD=$(decode "$(user=${authority%@*}; printf '%s' "${user#*:}")")
          export PGPASSWORD
          rest=${authority%%:*}@${authority##*@}${rest#"$authority"}
          ;;
      esac
      ;;
  esac
  local IFS='&'
  for parameter in $parameters; do
    case $parameter in
      password=*) PGPASSWORD=$(decode "${parameter#*=}") && export PGPASSWORD ;;
      *) kept=$kept${kept:+&}$parameter ;;
    esac
  done
  # shellcheck disable=SC2034
  database=${url%%://*}://$rest${kept:+?$kept}
  unset DATABASE_URL
}

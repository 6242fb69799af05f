# shellcheck shell=bash
# For scripts that hand DATABASE_URL to PostgreSQL's tools.

# Decodes percent signs, as in the password of an address.
decode() { local text=${1//\\/\\\\}; printf '%b' "${text//%/\\x}"; }

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

{{- define "cutover.name" -}}
{{- if contains .Chart.Name .Release.Name -}}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{- end -}}
{{- end -}}

{{- define "cutover.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cutover.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{ include "cutover.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "cutover.scheme" -}}
{{- if .Values.tls.secret -}}HTTPS{{- else -}}HTTP{{- end -}}
{{- end -}}

{{/* What cannot work is said before anything is installed. */}}
{{- define "cutover.check" -}}
{{- if gt (int .Values.replicas) 1 -}}
{{- if not .Values.database.secret -}}
{{- fail "replicas is more than 1, and database.secret is empty: several instances share a PostgreSQL" -}}
{{- end -}}
{{- if not .Values.signingKey.secret -}}
{{- fail "replicas is more than 1, and signingKey.secret is empty: several instances sign with the same key" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.oidc.issuer (not .Values.publicUrl) -}}
{{- fail "oidc.issuer is set, and publicUrl is empty: the issuer leads people back to it" -}}
{{- end -}}
{{- range $environment, $_ := .Values.rulesets -}}
{{- if not (has $environment $.Values.environments) -}}
{{- fail (printf "rulesets.%s is a ruleset of no environment: environments are %s" $environment (join ", " $.Values.environments)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A variable of a Secret, where there is one. */}}
{{- define "cutover.secretVariable" -}}
{{- if .from.secret }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: { name: {{ .from.secret }}, key: {{ .from.key }} }
{{- end -}}
{{- end -}}

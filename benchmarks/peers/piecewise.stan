// s[k, a] of n[k, a] survive interval k: Binomial(n, exp(-H)), H = exp(log_hazard[k] + theta x[a]) months[k]
data {
  int<lower=1> K;
  vector[K] n0;
  vector[K] n1;
  vector[K] s0;
  vector[K] s1;
  vector[K] months;
  real baseline_mean;
  real<lower=0> baseline_sd;
  real prior_mean;
  real<lower=0> prior_sd;
}
parameters {
  real theta;
  vector[K] log_hazard;
}
model {
  vector[K] h0 = exp(log_hazard - 0.5 * theta) .* months;
  vector[K] h1 = exp(log_hazard + 0.5 * theta) .* months;
  theta ~ normal(prior_mean, prior_sd);
  log_hazard ~ normal(baseline_mean, baseline_sd);
  target += dot_product(n0 - s0, log1m_exp(-h0)) - dot_product(s0, h0);
  target += dot_product(n1 - s1, log1m_exp(-h1)) - dot_product(s1, h1);
}

// The syntax of arrays is that of rstan up to 2.32.
data {
  int<lower=1> K;
  int<lower=0> n0[K];
  int<lower=0> n1[K];
  int<lower=0> r0[K];
  int<lower=0> r1[K];
  int<lower=0, upper=1> centred;
  real baseline_mean;
  real<lower=0> baseline_sd;
  real prior_mean;
  real<lower=0> prior_sd;
  real tau_mean;
  real<lower=0> tau_sd;
}
parameters {
  real theta;
  real<lower=0> tau;
  vector[K] alpha;
  vector[K] z;
}
model {
  vector[K] effect;
  if (centred) {
    effect = z;
    z ~ normal(theta, tau);
  } else {
    effect = theta + tau * z;
    z ~ std_normal();
  }
  theta ~ normal(prior_mean, prior_sd);
  tau ~ lognormal(tau_mean, tau_sd);
  alpha ~ normal(baseline_mean, baseline_sd);
  r0 ~ binomial_logit(n0, alpha - 0.5 * effect);
  r1 ~ binomial_logit(n1, alpha + 0.5 * effect);
}

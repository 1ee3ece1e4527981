export const network = 1;

const vpc = aws.ec2.getVpcOutput({ default: true });
new aws.ec2.SecurityGroup("Group", { vpcId: vpc.id });
